#include "replica/register_calls.h"

#include <utility>

#include "kv/condition.h"
#include "quorum/register_record.h"

namespace quorate::register_calls {
namespace {

quorum::RegisterCondition ConditionOf(kv::Condition condition) {
  using Kind = quorum::RegisterCondition::Kind;
  quorum::RegisterCondition out;
  out.kind = static_cast<Kind>(condition.kind);
  static_assert(static_cast<int>(Kind::kValue) == static_cast<int>(kv::Condition::Kind::kValue));
  // Version 0 is that of a key without a value.
  if (out.kind == Kind::kVersion && condition.version == 0) out.kind = Kind::kAbsent;
  out.version = HlcTime(condition.version);
  out.value = std::move(condition.value);
  return out;
}

quorum::RegisterOp::Kind KindOf(kv::Mutation::Action action) {
  switch (action) {
    case kv::Mutation::Action::kPut:
      return quorum::RegisterOp::Kind::kPut;
    case kv::Mutation::Action::kDelete:
      return quorum::RegisterOp::Kind::kDelete;
    default:  // what else there is was refused before
      break;
  }
  return quorum::RegisterOp::Kind::kAdd;
}

}  // namespace

quorum::RegisterOp OpOf(kv::Mutation mutation, const quorum::Now& now) {
  quorum::RegisterOp op;
  op.kind = KindOf(mutation.action);
  op.tells_found = op.kind == quorum::RegisterOp::Kind::kDelete;
  op.condition = ConditionOf(std::move(mutation.condition));
  op.value = std::move(mutation.value);
  op.delta = mutation.delta;
  if (mutation.ttl_us != 0) op.expires_at_us = now.calendar_us + mutation.ttl_us;
  return op;
}

void TakeWrite(const std::string& key, const kv::Condition& condition,
               const quorum::RegisterOutcome& outcome, Reply& answer) {
  const uint64_t version = outcome.version.time.value();
  answer.write.results.push_back(
      {.version = version, .existed = outcome.found, .counter = outcome.sum.value_or(0)});
  if (!outcome.condition_held) {
    answer.status = answer.write.status = kv::ConditionFailed(key, condition, version);
    return;
  }
  answer.write.version = version;
  answer.receipt.version = version;
}

std::optional<kv::Record> Found(const std::string& key, quorum::RegisterOutcome outcome) {
  if (!outcome.found) return std::nullopt;
  return kv::Record{key, std::move(outcome.value), outcome.version.time.value(),
                    outcome.expires_at_us};
}

std::optional<kv::Record> PlainRecord(const std::string& key, const quorum::Record& record) {
  auto body = quorum::RegisterBodyOf(record);
  if (!body.ok() || !body->value.present) return std::nullopt;
  return kv::Record{key, std::move(body->value.bytes), body->value.origin.time.value(),
                    record.expires_at_us};
}

}  // namespace quorate::register_calls
