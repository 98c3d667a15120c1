// How a leaderless replica opens writers and tells what became of their writes.
#include <utility>

#include "kv/outcome.h"
#include "replica/quorum_calls.h"
#include "replica/register_calls.h"

namespace quorate {
namespace {

kv::Fate FateOf(quorum::Fate fate) {
  switch (fate) {
    case quorum::Fate::kApplied:
      return kv::Fate::kApplied;
    case quorum::Fate::kNever:
      return kv::Fate::kNever;
    case quorum::Fate::kPossible:
      return kv::Fate::kPossible;
    case quorum::Fate::kSettled:
      return kv::Fate::kSettled;
    case quorum::Fate::kExpired:
      return kv::Fate::kExpired;
  }
  return kv::Fate::kNone;
}

}  // namespace

std::optional<quorum::OperationAsk> QuorumCalls::OperationOf(const kv::Command& command) {
  const kv::Identity& identity = command.identity;
  if (identity.writer == 0) return std::nullopt;
  return quorum::OperationAsk{
      {identity.writer, identity.sequence}, identity.settled_below, kv::ComputeBodyHash(command)};
}

void QuorumCalls::StartOperation(const Request& request, uint64_t id, Call& call,
                                 quorum::Core& core, const quorum::Now& now) {
  const auto& command = std::get<kv::Command>(request.op);
  call.operation = true;
  call.missing = 1;
  const uint64_t question = next_id_++;
  questions_[question] = {id, 0};
  if (command.action == kv::Command::Action::kOpenWriter) return core.OpenWriter(question, now);
  quorum::ResolveRequest resolve;
  resolve.id = question;
  resolve.operation = {command.identity.writer, command.identity.sequence};
  resolve.fence = command.action == kv::Command::Action::kFence;
  resolve.level = request.level;
  resolve.deadline = request.deadline;
  core.Resolve(resolve, now);
}

// What was applied is told by the key as it is now; of a register as it was told then.
void QuorumCalls::TakeOperation(Call& call, const quorum::Reply& reply) {
  call.answer.write.writer = reply.writer;
  if (!reply.fate) return;
  call.answer.write.fate = FateOf(*reply.fate);
  if (*reply.fate != quorum::Fate::kApplied) return;
  call.keys = {reply.key};
  if (call.registers) {
    return register_calls::TakeWrite(reply.key, {}, *reply.outcome, call.answer);
  }
  if (!reply.reached) call.answer.receipt.achieved = Level::kOne;
  TakeWrite(call, reply);
}

}  // namespace quorate
