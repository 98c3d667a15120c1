#include "kv/apply.h"

#include <algorithm>
#include <charconv>
#include <utility>

#include "base/error.h"
#include "base/strings.h"
#include "kv/condition.h"
#include "kv/layout.h"

namespace quorate::kv {
namespace {

absl::Status Refused(std::string_view reason, std::string_view key, std::string_view what) {
  return MakeError(absl::StatusCode::kFailedPrecondition, reason,
                   StrCat("key \"", PrintableBytes(key), "\" ", what));
}

// The whole text is a decimal 64-bit number.
std::optional<int64_t> ParseCounter(std::string_view text) {
  int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

}  // namespace

absl::StatusOr<std::optional<Applier::Value>> Applier::Read(std::string_view key,
                                                            std::string_view stored_key) {
  std::string from_engine;
  const PendingWrites::Seen seen = pending_.Find(stored_key);
  std::string_view bytes = seen.record;
  if (seen.state == PendingWrites::State::kDeleted) return std::nullopt;
  if (seen.state == PendingWrites::State::kUntouched) {
    auto got = engine_.Get(stored_key);
    if (!got.ok()) return got.status();
    if (!got->has_value()) return std::nullopt;
    from_engine = **std::move(got);
    bytes = from_engine;
  }
  auto stored = DecodeStored(key, bytes);
  if (!stored.ok()) return stored.status();
  if (stored->ExpiredAt(now_us_)) return std::nullopt;
  return Value{stored->version, std::string(stored->value), stored->expires_at_us};
}

absl::StatusOr<CommandResult> Applier::Apply(Command command) {
  CommandResult result;
  // Refused where requests come in, so what comes here is another build's; still
  // every replica must do the same with it.
  for (const Mutation& mutation : command.mutations) {
    result.status = CheckInOneOrder(mutation);
    if (!result.status.ok()) return result;
  }
  result.results.resize(command.mutations.size());
  absl::Status status = CheckConditions(command, result);
  if (!status.ok()) return status;
  if (!result.status.ok()) return result;

  changed_ = false;
  pending_.BeginCommand();
  for (size_t i = 0; i < command.mutations.size(); ++i) {
    status = Act(command.mutations[i], result.results[i], result);
    if (!status.ok()) return status;
    if (result.status.ok()) continue;
    pending_.Undo();
    result.results.clear();
    return result;
  }
  if (changed_) result.version = ++last_version_;
  return result;
}

CommandResult Applier::Apply(const PlainPut& put) {
  CommandResult result;
  result.version = ++last_version_;
  result.results.resize(1);
  result.results.front().version = result.version;
  Store(put.key, {result.version, put.value});
  return result;
}

absl::Status Applier::CheckConditions(const Command& command, CommandResult& result) {
  for (size_t i = 0; i < command.mutations.size(); ++i) {
    const Mutation& mutation = command.mutations[i];
    const Condition& condition = mutation.condition;
    if (condition.kind == Condition::Kind::kNone) continue;
    auto found = Read(mutation.key, RecordKey(partition_, mutation.key));
    if (!found.ok()) return found.status();
    const bool present = found->has_value();
    const uint64_t version = present ? (*found)->version : 0;
    result.results[i].existed = present;
    result.results[i].version = version;
    const bool holds =
        (condition.kind == Condition::Kind::kAbsent && !present) ||
        (condition.kind == Condition::Kind::kPresent && present) ||
        (condition.kind == Condition::Kind::kVersion && version == condition.version) ||
        (condition.kind == Condition::Kind::kValue && present &&
         (*found)->value == condition.value);
    if (!holds && result.status.ok())
      result.status = ConditionFailed(mutation.key, mutation.condition, version);
  }
  return absl::OkStatus();
}

absl::Status Applier::Act(Mutation& mutation, MutationResult& result, CommandResult& command) {
  switch (mutation.action) {
    case Mutation::Action::kPut:
      return ActPut(mutation, result);
    case Mutation::Action::kDelete:
      return ActDelete(mutation, result);
    case Mutation::Action::kAdd:
      return ActAdd(mutation, result, command);
    case Mutation::Action::kAddElement:
    case Mutation::Action::kRemoveElement:
    case Mutation::Action::kChangeField:
      break;  // see Apply
  }
  return absl::OkStatus();
}

absl::Status Applier::ActPut(Mutation& mutation, MutationResult& result) {
  result.version = last_version_ + 1;
  Store(mutation.key, {result.version, mutation.value, ExpiryOf(mutation)});
  return absl::OkStatus();
}

absl::Status Applier::ActDelete(const Mutation& mutation, MutationResult& result) {
  const std::string stored_key = RecordKey(partition_, mutation.key);
  const bool known = mutation.condition.kind != Condition::Kind::kNone &&
                     pending_.Find(stored_key).state == PendingWrites::State::kUntouched;
  if (!known) {  // else the condition has read it
    auto found = Read(mutation.key, stored_key);
    if (!found.ok()) return found.status();
    result.existed = found->has_value();
  }
  result.version = 0;
  if (!result.existed) return absl::OkStatus();
  pending_.Delete(stored_key);
  changed_ = true;
  return absl::OkStatus();
}

absl::Status Applier::ActAdd(const Mutation& mutation, MutationResult& result,
                             CommandResult& command) {
  const std::string stored_key = RecordKey(partition_, mutation.key);
  auto found = Read(mutation.key, stored_key);
  if (!found.ok()) return found.status();
  result.existed = found->has_value();
  std::optional<int64_t> number = 0;
  if (result.existed) number = ParseCounter((*found)->value);
  if (!number) {
    command.status = Refused("NOT_A_COUNTER", mutation.key,
                             "holds no decimal 64-bit number; put one first, or use another key");
    return absl::OkStatus();
  }
  int64_t sum = 0;
  if (__builtin_add_overflow(*number, mutation.delta, &sum)) {
    command.status = Refused("COUNTER_OVERFLOW", mutation.key,
                             StrCat("holds ", *number, ", adding ", mutation.delta,
                                    " leaves the range of a 64-bit number; put a smaller one"));
    return absl::OkStatus();
  }
  result.counter = sum;
  result.version = last_version_ + 1;
  Store(mutation.key, {result.version, std::to_string(sum),
                       result.existed ? (*found)->expires_at_us : ExpiryOf(mutation)});
  return absl::OkStatus();
}

void Applier::Store(std::string_view key, const StoredValue& stored) {
  if (stored.expires_at_us != 0) expiry_.Add(stored.expires_at_us);
  const EngineBatch::Room room = pending_.PutRoom(RecordKeyBytes(key), StoredBytes(stored));
  WriteRecordKey(partition_, key, room.key);
  WriteStored(key, stored, room.value);
  changed_ = true;
}

uint64_t Applier::ExpiryOf(const Mutation& mutation) const {
  if (mutation.ttl_us == 0) return 0;
  const uint64_t room = Expiry::kNever - from_us_;
  return from_us_ + std::min(mutation.ttl_us, room);
}

}  // namespace quorate::kv
