#include "check/final_state.h"

#include <algorithm>
#include <map>
#include <set>
#include <string_view>
#include <utility>

#include "absl/numeric/int128.h"
#include "absl/strings/numbers.h"
#include "base/strings.h"
#include "check/quote.h"

namespace quorate::check {
namespace {

using Record = ReplicaContents::Record;

enum class Answer : uint8_t { kExplained, kLost, kCannotTell };

// The writes of one key that had or may have had an effect.
class KeyWrites {
 public:
  void Add(const Operation& op) {
    if (op.outcome == Outcome::kFailed || IsObserver(op)) return;
    writes_.push_back(&op);
    (op.action == Action::kAdd ? adds_ : others_)++;
    if (op.outcome != Outcome::kDone) return;
    acknowledged_++;
    if (last_ == nullptr || op.invoke_us > last_->invoke_us) last_ = &op;
  }

  uint64_t acknowledged() const { return acknowledged_; }
  const Operation* last() const { return last_; }

  Answer Explain(const Record* found) const {
    if (adds_ > 0 && others_ == 0) return ExplainSum(found);
    if (found == nullptr && last_ == nullptr) return Answer::kExplained;
    for (const Operation* op : writes_) {
      if (CanBeLast(*op) && Gives(*op, found)) return Answer::kExplained;
    }
    return adds_ > 0 ? Answer::kCannotTell : Answer::kLost;
  }

 private:
  bool CanBeLast(const Operation& op) const {
    return op.outcome == Outcome::kUnknown || last_ == nullptr || *op.return_us >= last_->invoke_us;
  }

  static bool Gives(const Operation& op, const Record* found) {
    if (op.action == Action::kDelete) return found == nullptr;
    if (op.action != Action::kPut || found == nullptr || op.value != found->value) return false;
    const uint64_t version = op.result.version;
    return version == 0 || found->version == 0 || version == found->version;
  }

  Answer ExplainSum(const Record* found) const {
    if (found == nullptr) return acknowledged_ == 0 ? Answer::kExplained : Answer::kLost;
    int64_t sum = 0;
    if (!absl::SimpleAtoi(found->value, &sum)) return Answer::kLost;
    absl::int128 low = 0;
    absl::int128 high = 0;
    for (const Operation* op : writes_) {
      const bool certain = op->outcome == Outcome::kDone;
      if (certain || op->delta < 0) low += op->delta;
      if (certain || op->delta > 0) high += op->delta;
    }
    return low <= sum && sum <= high ? Answer::kExplained : Answer::kLost;
  }

  std::vector<const Operation*> writes_;
  uint64_t adds_ = 0;
  uint64_t others_ = 0;
  uint64_t acknowledged_ = 0;
  const Operation* last_ = nullptr;  // acknowledged, began last
};

const Record* Find(const ReplicaContents& replica, const std::string& key) {
  const auto place = replica.records.find(key);
  return place == replica.records.end() ? nullptr : &place->second;
}

std::string Describe(const Record* found) {
  if (found == nullptr) return "absent";
  return StrCat(QuoteBytes(found->value),
                found->version != 0 ? StrCat(" (version ", found->version, ")") : "");
}

void JudgeKey(const std::string& key, const KeyWrites& writes,
              const std::vector<ReplicaContents>& replicas, FinalStateReport& report) {
  bool told = true;
  for (const ReplicaContents& replica : replicas) {
    const Record* found = Find(replica, key);
    const Answer answer = writes.Explain(found);
    if (answer == Answer::kCannotTell) told = false;
    if (answer != Answer::kLost) continue;
    LostWrite lost{
        .replica = replica.replica, .key = key, .found = Describe(found), .last_write = {}};
    if (writes.last() != nullptr) lost.last_write = *writes.last();
    report.lost.push_back(std::move(lost));
  }
  (told ? report.keys_judged : report.keys_not_judged)++;
  if (told) report.writes += writes.acknowledged();
}

void CompareReplicas(const std::vector<ReplicaContents>& replicas, FinalStateReport& report) {
  std::set<std::string> keys;
  for (const ReplicaContents& replica : replicas) {
    for (const auto& [key, record] : replica.records) keys.insert(key);
  }
  for (const std::string& key : keys) {
    ReplicaDifference difference{.key = key, .found = {}};
    bool equal = true;
    const Record* first = Find(replicas.front(), key);
    for (const ReplicaContents& replica : replicas) {
      const Record* found = Find(replica, key);
      equal = equal && (first == nullptr) == (found == nullptr) &&
              (first == nullptr || *first == *found);
      difference.found.push_back(StrCat(replica.replica, " has ", Describe(found)));
    }
    if (!equal) report.differences.push_back(std::move(difference));
  }
}

std::string WhyNothing(const FinalStateReport& report) {
  if (report.replicas == 0) return "no replica was read after the run";
  if (report.writes == 0) return "no acknowledged write could be judged";
  return "";
}

}  // namespace

FinalStateReport CheckFinalState(const History& history) {
  FinalStateReport report;
  report.replicas = history.replicas().size();
  std::map<std::string, KeyWrites> by_key;
  for (const Operation& op : history.operations()) by_key[op.key].Add(op);
  if (report.replicas > 0) {
    for (const auto& [key, writes] : by_key) JudgeKey(key, writes, history.replicas(), report);
    CompareReplicas(history.replicas(), report);
  }
  report.why_nothing = WhyNothing(report);
  report.verdict = !report.lost.empty() || !report.differences.empty() ? Verdict::kViolated
                   : report.why_nothing.empty()                        ? Verdict::kPassed
                                                                       : Verdict::kNothingChecked;
  return report;
}

}  // namespace quorate::check
