#include "sim/expiry_oracle.h"

#include <algorithm>

#include "base/strings.h"

namespace quorate::sim {

bool IsExpiring(std::string_view key) { return !key.empty() && key.front() == 'x'; }

void ExpiryOracle::Expect(absl::Duration bound, absl::Duration until) {
  bound_ = bound;
  until_ = until;
}

void ExpiryOracle::Invoked(const Op& op) {
  for (const kv::Mutation& mutation : op.mutations) {
    if (!IsExpiring(mutation.key)) continue;
    Write write;
    write.op = op.id;
    write.action = mutation.action;
    write.value = mutation.value;
    write.ttl = absl::Microseconds(static_cast<int64_t>(mutation.ttl_us));
    write.invoked = op.invoked;
    writes_[{op.partition, mutation.key}].push_back(std::move(write));
  }
}

std::string ExpiryOracle::Returned(const Op& op) {
  Note(op);
  const bool write = op.kind == OpKind::kWrite && op.mutations.size() == 1;
  const bool lookup = op.kind == OpKind::kLookup && op.strong() && op.keys.size() == 1;
  if (op.outcome != Outcome::kDone || op.returned > until_ || (!write && !lookup)) return "";
  const std::string& key = write ? op.mutations.front().key : op.keys.front();
  const auto all = writes_.find({op.partition, key});
  if (all == writes_.end()) return "";
  return write ? JudgeWrite(op, all->second) : JudgeLookup(op, all->second);
}

void ExpiryOracle::Note(const Op& op) {
  if (op.outcome == Outcome::kUnknown) return;
  for (const kv::Mutation& mutation : op.mutations) {
    const auto all = writes_.find({op.partition, mutation.key});
    if (all == writes_.end()) continue;
    for (Write& write : all->second) {
      if (write.op != op.id) continue;
      write.returned = op.returned;
      write.unmade = op.outcome != Outcome::kDone || op.refused();
      write.done = !write.unmade;
      write.found_one = write.done && mutation.action == kv::Mutation::Action::kAdd &&
                        op.reply.write.results.size() == 1 &&
                        op.reply.write.results.front().existed;
    }
  }
}

std::string ExpiryOracle::JudgeLookup(const Op& op, const Writes& writes) const {
  if (op.reply.found.size() != 1) return "";
  const auto& found = op.reply.found.front();
  if (!found) return JudgeGone(op, writes);
  const std::string wrong = JudgePresent(op, writes);
  return wrong.empty() ? JudgeValue(op, writes, found->value) : wrong;
}

// What its condition, or its result, tells of the key as it was before.
std::string ExpiryOracle::JudgeWrite(const Op& op, const Writes& writes) const {
  const kv::Mutation& mutation = op.mutations.front();
  if (op.refused()) {
    if (mutation.condition.kind == kv::Condition::Kind::kAbsent) return JudgePresent(op, writes);
    if (mutation.condition.kind == kv::Condition::Kind::kPresent) return JudgeGone(op, writes);
    return "";
  }
  if (mutation.condition.kind == kv::Condition::Kind::kValue) {
    const std::string wrong = JudgeValue(op, writes, mutation.condition.value);
    if (!wrong.empty()) return wrong;
  }
  const bool told = mutation.condition.kind != kv::Condition::Kind::kNone ||
                    (mutation.action != kv::Mutation::Action::kPut && op.level != Level::kOne);
  if (!told || op.reply.write.results.size() != 1) return "";
  const kv::MutationResult& result = op.reply.write.results.front();
  if (result.existed) return JudgePresent(op, writes);
  if (mutation.action == kv::Mutation::Action::kAdd && result.counter != mutation.delta) {
    return StrCat("a counter that was gone did not begin anew, but with ", result.counter);
  }
  return JudgeGone(op, writes);
}

std::string ExpiryOracle::JudgeValue(const Op& op, const Writes& writes,
                                     const std::string& value) const {
  for (const Write& put : writes) {
    if (put.action != kv::Mutation::Action::kPut || put.value != value || !put.done) continue;
    if (op.invoked <= put.returned + put.ttl + bound_) continue;
    return StrCat("found what operation #", put.op, " put, ",
                  absl::FormatDuration(op.invoked - put.returned - put.ttl), " after it expired");
  }
  return "";
}

std::string ExpiryOracle::JudgePresent(const Op& op, const Writes& writes) const {
  const bool possible = std::any_of(writes.begin(), writes.end(), [&](const Write& maker) {
    if (maker.op == op.id || !maker.makes() || maker.invoked > op.returned) return false;
    if (op.invoked > maker.returned + maker.ttl + bound_) return false;
    return std::none_of(writes.begin(), writes.end(), [&](const Write& other) {
      return other.done && other.ends() && other.invoked > maker.returned &&
             other.returned < op.invoked;
    });
  });
  if (possible) return "";
  return "found a value after everything that could have made one had ended";
}

std::string ExpiryOracle::JudgeGone(const Op& op, const Writes& writes) const {
  for (const Write& maker : writes) {
    if (!maker.done || !maker.makes() || maker.op == op.id || maker.returned >= op.invoked)
      continue;
    if (op.returned >= maker.invoked + maker.ttl - bound_) continue;
    const bool alone = std::all_of(writes.begin(), writes.end(), [&](const Write& other) {
      return other.op == maker.op || other.op == op.id || !other.ends() ||
             other.invoked > op.returned || other.returned < maker.invoked;
    });
    if (!alone) continue;
    return StrCat("did not find what operation #", maker.op, " made, ",
                  absl::FormatDuration(maker.invoked + maker.ttl - op.returned),
                  " before it was to expire");
  }
  return "";
}

}  // namespace quorate::sim
