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
  // The core answers later, at the end of its turn: `call` stays.
  Call& call = calls_.Add(id);
  call.session = *std::move(session);
  call.reply = std::move(reply);
  call.write = request.is_write();
  call.registers = core.has_registers();
  call.taken = request.taken;
  call.answer.receipt = receipt;
  call.answer.timings.queued = request.taken - request.arrived;
  if (call.write && std::get<kv::Command>(request.op).action != kv::Command::Action::kMutate) {
    return StartOperation(request, id, call, core, now);
  }
  if (call.write) return StartWrite(std::move(request), id, call, core, now);
  StartLookup(request, id, call, core, now);
}

void QuorumCalls::Refuse(uint64_t id, absl::Status status) {
  Fail(calls_.Take(id)->reply, std::move(status));
}

void QuorumCalls::StartWrite(Request request, uint64_t id, Call& call, quorum::Core& core,
                             const quorum::Now& now) {
  auto& command = std::get<kv::Command>(request.op);
  kv::Mutation& mutation = command.mutations.front();
  call.keys = {mutation.key};
  call.missing = 1;
  if (call.registers) {
    if (absl::Status fit = values_.Check(mutation); !fit.ok()) return Refuse(id, std::move(fit));
    call.condition = mutation.condition;
    const std::optional<quorum::OperationAsk> operation = OperationOf(command);
    return Operate(id, call, 0, register_calls::OpOf(std::move(mutation), now), request.deadline,
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
  if (!call.context.empty()) call.catch_up = std::make_unique<CatchUp>(write);
  core.Write(std::move(write), now);
}

void QuorumCalls::StartLookup(const Request& request, uint64_t id, Call& call, quorum::Core& core,
                              const quorum::Now& now) {
  const std::vector<std::string>& keys = std::get<Lookup>(request.op).keys;
  call.keys.assign(keys.begin(), keys.end());
  call.missing = call.keys.size();
  call.answer.found.resize(call.keys.size());
  if (call.keys.empty()) {
    return Refuse(id, Refused("NO_KEYS", "a lookup of no keys; name at least one"));
  }
  for (size_t i = 0; i < call.keys.size(); ++i) {
    if (call.registers && request.level == Level::kLinearizable) {
      Operate(id, call, i, quorum::RegisterOp(), request.deadline, std::nullopt, core, now);
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

void QuorumCalls::Operate(uint64_t id, const Call& call, size_t key, quorum::RegisterOp op,
                          absl::Duration deadline,
                          const std::optional<quorum::OperationAsk>& operation, quorum::Core& core,
                          const quorum::Now& now) {
  quorum::RegisterCall question;
  question.id = next_id_++;
  question.key = call.keys[key];
  question.op = std::move(op);
  question.deadline = deadline;
  question.operation = operation;
  question.session = call.session;
  questions_[question.id] = {id, key};
  core.Operate(question, now);
}

void QuorumCalls::Answer(quorum::Reply& reply, quorum::Core& core, const quorum::Now& now) {
  Question asked{reply.id, 0};
  if (const auto question = questions_.find(reply.id); question != questions_.end()) {
    asked = question->second;
    questions_.erase(question);
  }
  Call* const call = calls_.Find(asked.call);
  if (call == nullptr) return;
  if (call->catch_up != nullptr && call->catch_up->Wants(reply)) {
    questions_[next_id_] = asked;
    return call->catch_up->GoOn(next_id_++, core, now);
  }
  Take(*call, asked.key, reply, now);
  if (--call->missing > 0) return;
  call->answer.timings.agreed = now.monotonic - call->taken;
  call->answer.receipt.seen = quorum::EncodeSessionPart(call->seen);
  const std::unique_ptr<Call> done = calls_.Take(asked.call);
  std::move(done->reply)(std::move(done->answer));
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
  quorum::SessionPart& seen = reply.receipt.seen;
  if (call.seen.empty()) {
    call.seen = std::move(seen);
  } else {
    // Not Merge, which drops what its session is to be told of ended boots.
    call.seen.dots.Merge(seen.dots);
    call.seen.time = std::max(call.seen.time, seen.time);
  }
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

void QuorumCalls::TakeReceipt(Call& call, quorum::Receipt& of_core) {
  Receipt& receipt = call.answer.receipt;
  std::vector<NodeId>& acked = of_core.acked_by;
  if (receipt.acked_by.empty()) {
    receipt.acked_by = std::move(acked);
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
  calls_.ForEach([&](uint64_t id, const Call&) {
    const std::unique_ptr<Call> call = calls_.Take(id);
    Fail(call->reply, MakeError(absl::StatusCode::kUnavailable, reason, message,
                                call->write ? Applied::kUnknown : Applied::kNo));
  });
}

}  // namespace quorate
