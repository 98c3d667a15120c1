#include "replica/quorum_calls.h"

#include <algorithm>
#include <set>
#include <utility>

#include "base/error.h"
#include "replica/register_calls.h"

namespace quorate {
namespace {

absl::Status Refused(std::string_view reason, std::string_view what) {
  return MakeError(absl::StatusCode::kInvalidArgument, reason, what);
}

// What only a log can do.
absl::Status CheckCommand(const kv::Command& command) {
  const bool mutate = command.action == kv::Command::Action::kMutate;
  if (mutate && command.mutations.size() != 1) {
    return Refused("BATCH_NOT_ATOMIC",
                   "a leaderless keyspace can't write several keys as one: let each be for itself "
                   "(atomic: false, kvctl batch --no-atomic), or use a keyspace of mode raft");
  }
  return absl::OkStatus();
}

void Fail(ReplyFn& reply, absl::Status status) {
  Reply answer;
  answer.status = std::move(status);
  std::move(reply)(std::move(answer));
}

}  // namespace

void QuorumCalls::Start(Request request, ReplyFn reply, const Receipt& receipt, quorum::Core& core,
                        const quorum::Now& now) {
  if (request.is_write()) {
    const auto& command = std::get<kv::Command>(request.op);
    if (absl::Status fit = CheckCommand(command); !fit.ok()) {
      return Fail(reply, std::move(fit));
    }
  }
  absl::StatusOr<quorum::SessionPart> session = quorum::DecodeSessionPart(request.session);
  if (!session.ok()) return Fail(reply, session.status());
  const uint64_t id = next_id_++;
  Call& call = calls_.emplace_hint(calls_.end(), id, Call())->second;
  call.session = *std::move(session);
  call.reply = std::move(reply);
  call.write = request.is_write();
  call.registers = core.has_registers();
  call.taken = request.taken;
  call.answer.receipt = receipt;
  call.answer.timings.queued = request.taken - request.arrived;
  if (call.write && std::get<kv::Command>(request.op).action != kv::Command::Action::kMutate) {
    return StartOperation(request, id, core, now);
  }
  if (call.write) return StartWrite(std::move(request), id, core, now);
  StartLookup(request, id, core, now);
}

void QuorumCalls::Refuse(uint64_t id, absl::Status status) {
  Call refused = std::move(calls_.at(id));
  calls_.erase(id);
  Fail(refused.reply, std::move(status));
}

void QuorumCalls::StartWrite(Request request, uint64_t id, quorum::Core& core,
                             const quorum::Now& now) {
  Call& call = calls_.at(id);
  auto& command = std::get<kv::Command>(request.op);
  kv::Mutation& mutation = command.mutations.front();
  call.keys = {mutation.key};
  call.missing = 1;
  if (call.registers) {
    if (absl::Status fit = values_.Check(mutation); !fit.ok()) return Refuse(id, std::move(fit));
    call.condition = mutation.condition;
    const std::optional<quorum::OperationAsk> operation = OperationOf(command);
    return Operate(id, 0, register_calls::OpOf(std::move(mutation), now), request.deadline,
                   operation, core, now);
  }
  quorum::WriteRequest write;
  write.id = id;  // the only question of its call
  write.key = mutation.key;
  write.operation = OperationOf(command);
  absl::StatusOr<quorum::Change> change = values_.ChangeOf(std::move(mutation), now.calendar_us);
  if (!change.ok()) return Refuse(id, change.status());
  write.change = *std::move(change);
  call.context = write.change.context;
  write.level = request.level;
  write.deadline = request.deadline;
  write.session = call.session;
  write.hint = {request.keeper, request.hint, request.hint_life};
  call.catch_up.Note(write);
  core.Write(std::move(write), now);
}

void QuorumCalls::StartLookup(const Request& request, uint64_t id, quorum::Core& core,
                              const quorum::Now& now) {
  Call& call = calls_.at(id);
  call.keys = std::get<Lookup>(request.op).keys;
  call.missing = call.keys.size();
  call.answer.found.resize(call.keys.size());
  if (call.keys.empty()) {
    return Refuse(id, Refused("NO_KEYS", "a lookup of no keys; name at least one"));
  }
  // The core answers later, at the end of its turn: `call` stays.
  for (size_t i = 0; i < call.keys.size(); ++i) {
    if (call.registers && request.level == Level::kLinearizable) {
      Operate(id, i, quorum::RegisterOp(), request.deadline, std::nullopt, core, now);
      continue;
    }
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

void QuorumCalls::Operate(uint64_t id, size_t key, quorum::RegisterOp op, absl::Duration deadline,
                          const std::optional<quorum::OperationAsk>& operation, quorum::Core& core,
                          const quorum::Now& now) {
  quorum::RegisterCall call;
  call.id = next_id_++;
  call.key = calls_.at(id).keys[key];
  call.op = std::move(op);
  call.deadline = deadline;
  call.operation = operation;
  call.session = calls_.at(id).session;
  questions_[call.id] = {id, key};
  core.Operate(call, now);
}

void QuorumCalls::Answer(quorum::Reply reply, quorum::Core& core, const quorum::Now& now) {
  Question asked{reply.id, 0};
  if (const auto question = questions_.find(reply.id); question != questions_.end()) {
    asked = question->second;
    questions_.erase(question);
  }
  const auto at = calls_.find(asked.call);
  if (at == calls_.end()) return;
  Call& call = at->second;
  if (call.catch_up.Wants(reply)) {
    questions_[next_id_] = asked;
    return call.catch_up.GoOn(next_id_++, core, now);
  }
  Take(call, asked.key, reply, now);
  if (--call.missing > 0) return;
  call.answer.timings.agreed = now.monotonic - call.taken;
  call.answer.receipt.seen = quorum::EncodeSessionPart(call.seen);
  Call done = std::move(call);
  calls_.erase(at);
  std::move(done.reply)(std::move(done.answer));
}

// Of several keys the receipt says what holds for all: those who vouched for
// each, the oldest state, the newest version.
void QuorumCalls::Take(Call& call, size_t key, quorum::Reply& reply, const quorum::Now& now) {
  Reply& answer = call.answer;
  if (!reply.status.ok()) {
    if (absl::IsResourceExhausted(reply.status)) ++values_full_;
    if (answer.status.ok()) answer.status = std::move(reply.status);
    return;
  }
  TakeReceipt(call, reply.receipt);
  // Not Merge, which drops what its session is to be told of ended boots.
  call.seen.dots.Merge(reply.receipt.seen.dots);
  call.seen.time = std::max(call.seen.time, reply.receipt.seen.time);
  if (call.operation) return TakeOperation(call, reply);
  if (call.registers) return TakeRegister(call, key, reply);
  call.write ? TakeWrite(call, reply) : TakeRead(call, key, reply, now);
}

void QuorumCalls::TakeWrite(Call& call, const quorum::Reply& reply) {
  Reply& answer = call.answer;
  answer.receipt.version = reply.receipt.time.value();
  answer.write.version = answer.receipt.version;
  kv::MutationResult result;
  if (reply.record) {
    result = values_.ResultOf(call.keys.front(), call.context, reply.receipt.dot, *reply.record);
  }
  result.version = answer.receipt.version;
  answer.write.results.push_back(std::move(result));
}

void QuorumCalls::TakeRead(Call& call, size_t key, quorum::Reply& reply, const quorum::Now& now) {
  if (!reply.record) return;
  Reply& answer = call.answer;
  answer.receipt.version = std::max(answer.receipt.version, reply.receipt.time.value());
  auto shown = values_.Show(call.keys[key], *std::move(reply.record), now.calendar_us);
  if (shown.ok()) {
    answer.found[key] = *std::move(shown);
  } else if (answer.status.ok()) {
    answer.status = shown.status();
  }
}

void QuorumCalls::TakeReceipt(Call& call, const quorum::Receipt& of_core) {
  Receipt& receipt = call.answer.receipt;
  const std::vector<NodeId>& acked = of_core.acked_by;
  if (receipt.acked_by.empty()) {
    receipt.acked_by = acked;
  } else {
    std::erase_if(receipt.acked_by, [&acked](NodeId node) {
      return std::find(acked.begin(), acked.end(), node) == acked.end();
    });
  }
  receipt.durable = static_cast<uint32_t>(receipt.acked_by.size());
  receipt.staleness = of_core.staleness;
}

void QuorumCalls::TakeRegister(Call& call, size_t key, quorum::Reply& reply) {
  if (call.write) {
    return register_calls::TakeWrite(call.keys[key], call.condition, *reply.outcome, call.answer);
  }
  auto found = reply.outcome  ? register_calls::Found(call.keys[key], *std::move(reply.outcome))
               : reply.record ? register_calls::PlainRecord(call.keys[key], *reply.record)
                              : std::nullopt;
  if (!found) return;
  call.answer.receipt.version = std::max(call.answer.receipt.version, found->version);
  call.answer.found[key] = *std::move(found);
}

void QuorumCalls::FailAll(std::string_view reason, std::string_view message) {
  questions_.clear();
  for (auto& [id, call] : std::exchange(calls_, {})) {
    Fail(call.reply, MakeError(absl::StatusCode::kUnavailable, reason, message,
                               call.write ? Applied::kUnknown : Applied::kNo));
  }
}

}  // namespace quorate
