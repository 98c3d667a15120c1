#include "replica/quorum_calls.h"

#include <algorithm>
#include <set>
#include <utility>

#include "base/error.h"

namespace quorate {
namespace {

using kv::Mutation;

absl::Status Refused(std::string_view reason, std::string_view what) {
  return MakeError(absl::StatusCode::kInvalidArgument, reason, what);
}

// What only a log, or a register, can do.
absl::Status CheckCommand(const kv::Command& command) {
  if (command.action != kv::Command::Action::kMutate || command.identity.writer != 0) {
    return Refused("NOT_IN_THIS_MODE",
                   "writers are of mode raft: a leaderless keyspace has none, and none is needed "
                   "for puts and deletes, which may be sent twice");
  }
  if (command.mutations.size() != 1) {
    return Refused("BATCH_NOT_ATOMIC",
                   "a leaderless keyspace can't write several keys as one: let each be for itself "
                   "(atomic: false, kvctl batch --no-atomic), or use a keyspace of mode raft");
  }
  const Mutation& mutation = command.mutations.front();
  if (mutation.condition.kind != kv::Condition::Kind::kNone ||
      mutation.action == Mutation::Action::kAdd) {
    return Refused("NEEDS_ONE_ORDER",
                   "conditions and additions need one order of all writes: use a keyspace of mode "
                   "raft");
  }
  return absl::OkStatus();
}

void Fail(ReplyFn& reply, absl::Status status) {
  Reply answer;
  answer.status = std::move(status);
  std::move(reply)(std::move(answer));
}

quorum::Change ChangeOf(Mutation mutation, const quorum::Now& now) {
  quorum::Change change;
  change.remove = mutation.action == Mutation::Action::kDelete;
  change.argument = std::move(mutation.value);
  if (mutation.ttl_us != 0) change.expires_at_us = now.calendar_us + mutation.ttl_us;
  return change;
}

}  // namespace

void QuorumCalls::Start(Request request, ReplyFn reply, const Receipt& receipt, quorum::Core& core,
                        const quorum::Now& now) {
  if (request.is_write()) {
    if (absl::Status fit = CheckCommand(std::get<kv::Command>(request.op)); !fit.ok()) {
      return Fail(reply, std::move(fit));
    }
  }
  absl::StatusOr<quorum::SessionPart> session = quorum::DecodeSessionPart(request.session);
  if (!session.ok()) return Fail(reply, session.status());
  const uint64_t id = next_id_++;
  Call& call = calls_[id];
  call.session = *std::move(session);
  call.reply = std::move(reply);
  call.write = request.is_write();
  call.taken = request.taken;
  call.answer.receipt = receipt;
  call.answer.timings.queued = request.taken - request.arrived;
  if (call.write) return StartWrite(std::move(request), id, core, now);
  StartLookup(request, id, core, now);
}

void QuorumCalls::StartWrite(Request request, uint64_t id, quorum::Core& core,
                             const quorum::Now& now) {
  Call& call = calls_.at(id);
  Mutation& mutation = std::get<kv::Command>(request.op).mutations.front();
  call.keys = {mutation.key};
  call.missing = 1;
  quorum::WriteRequest write;
  write.id = next_id_++;
  write.key = mutation.key;
  write.change = ChangeOf(std::move(mutation), now);
  write.level = request.level;
  write.deadline = request.deadline;
  write.session = call.session;
  questions_[write.id] = {id, 0};
  core.Write(write, now);
}

void QuorumCalls::StartLookup(const Request& request, uint64_t id, quorum::Core& core,
                              const quorum::Now& now) {
  Call& call = calls_.at(id);
  call.keys = std::get<Lookup>(request.op).keys;
  call.missing = call.keys.size();
  call.answer.found.resize(call.keys.size());
  // The core answers later, at the end of its turn: `call` stays.
  for (size_t i = 0; i < call.keys.size(); ++i) {
    quorum::ReadRequest read;
    read.id = next_id_++;
    read.key = call.keys[i];
    read.level = request.level;
    read.deadline = request.deadline;
    read.bound = request.bound;
    read.session = call.session;
    questions_[read.id] = {id, i};
    core.Read(read, now);
  }
}

void QuorumCalls::Answer(quorum::Reply reply, absl::Duration now) {
  const auto question = questions_.find(reply.id);
  if (question == questions_.end()) return;
  const auto at = calls_.find(question->second.call);
  const size_t key = question->second.key;
  questions_.erase(question);
  Call& call = at->second;
  Take(call, key, reply);
  if (--call.missing > 0) return;
  call.answer.timings.agreed = now - call.taken;
  call.answer.receipt.seen = quorum::EncodeSessionPart(call.seen);
  Call done = std::move(call);
  calls_.erase(at);
  std::move(done.reply)(std::move(done.answer));
}

// Of several keys the receipt says what holds for all: those who vouched for
// each, the oldest state, the newest version.
void QuorumCalls::Take(Call& call, size_t key, quorum::Reply& reply) {
  Reply& answer = call.answer;
  if (!reply.status.ok()) {
    if (answer.status.ok()) answer.status = std::move(reply.status);
    return;
  }
  Receipt& receipt = answer.receipt;
  const std::vector<NodeId>& acked = reply.receipt.acked_by;
  if (receipt.acked_by.empty()) {
    receipt.acked_by = acked;
  } else {
    std::erase_if(receipt.acked_by, [&acked](NodeId node) {
      return std::find(acked.begin(), acked.end(), node) == acked.end();
    });
  }
  receipt.durable = static_cast<uint32_t>(receipt.acked_by.size());
  receipt.staleness = reply.receipt.staleness;
  // Not Merge, which drops what its session is to be told of ended boots.
  call.seen.dots.Merge(reply.receipt.seen.dots);
  call.seen.time = std::max(call.seen.time, reply.receipt.seen.time);
  const uint64_t version = reply.receipt.time.value();
  if (call.write) {
    receipt.version = version;
    answer.write.version = version;
    answer.write.results.push_back({.version = version, .existed = false, .counter = 0});
    return;
  }
  if (!reply.record) return;
  receipt.version = std::max(receipt.version, version);
  answer.found[key] = kv::Record{call.keys[key], std::move(reply.record->body), version,
                                 reply.record->expires_at_us};
}

void QuorumCalls::FailAll(std::string_view reason, std::string_view message) {
  questions_.clear();
  for (auto& [id, call] : std::exchange(calls_, {})) {
    Fail(call.reply, MakeError(absl::StatusCode::kUnavailable, reason, message,
                               call.write ? Applied::kUnknown : Applied::kNo));
  }
}

}  // namespace quorate
