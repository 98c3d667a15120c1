#include "check/level_order.h"

#include <deque>
#include <memory>
#include <optional>
#include <utility>

#include "absl/strings/str_join.h"
#include "base/strings.h"
#include "check/level_reads.h"
#include "check/list_truth.h"
#include "check/register_truth.h"

namespace quorate::check {
namespace {

class OrderJudge {
 public:
  OrderJudge(const JobInfo& job, std::string_view level, const LinearizabilityOptions& options,
             int64_t expiry_slack_us, const UnledPartitions* unled)
      : job_(job),
        level_(LevelOf(level).level),
        options_(options),
        expiry_slack_us_(expiry_slack_us),
        unled_(unled) {}

  PromiseVerdict Run(const std::vector<KeyHistory>& keys, std::string_view level) {
    verdict_.promise = PromiseOf(job_, level).text;
    for (const KeyHistory& key : keys) {
      switch (KindOf(job_, key)) {
        case KeyKind::kList:
          JudgeList(key);
          break;
        case KeyKind::kMembers:
          JudgeFresh(key, KeyKind::kMembers);
          break;
        case KeyKind::kRegister:
        case KeyKind::kLww:
        case KeyKind::kCounter:
        case KeyKind::kMixed:
          Expires(key) ? JudgeFresh(key, KeyKind::kRegister) : Collect(key);
      }
    }
    if (!searched_.empty()) Search();
    verdict_.Conclude(why_nothing_.empty() ? "no linearizable read was answered" : why_nothing_);
    return std::move(verdict_);
  }

 private:
  bool Takes(const Operation& read) const {
    if (PromiseOf(job_, read.level).need != Promise::Need::kOrder) return false;
    return level_ == Level::kLease || LevelOf(read.level).level != Level::kLease;
  }

  std::unique_ptr<KeyTruth> Truth(const KeyHistory& key, KeyKind kind) const {
    const auto counts = [&](std::string_view write) { return WriteCounts(job_, write, ""); };
    return MakeTruth(kind, key, CountsOf(key, counts), {.expiry_slack_us = expiry_slack_us_});
  }

  void JudgeFresh(const KeyHistory& key, KeyKind kind) {
    const std::unique_ptr<KeyTruth> truth = Truth(key, kind);
    for (const Operation* read : key.reads) {
      if (!Takes(*read)) continue;
      verdict_.checked++;
      MustSee must{.ended_before_us = read->invoke_us, .also = {}};
      if (unled_ != nullptr && kind == KeyKind::kRegister) must.unled = unled_->Of(key.key);
      const Answer answer = truth->Explain(*read, must);
      if (!answer.explained()) {
        verdict_.Add(ToAnomaly(answer, *read));
        continue;
      }
      if (std::exchange(must.unled, nullptr) == nullptr) continue;
      if (truth->Explain(*read, must).explained()) continue;
      verdict_.allowed++;
      verdict_.allowed_what = "late, as nobody led";
    }
  }

  void JudgeList(const KeyHistory& key) {
    const std::unique_ptr<KeyTruth> truth = Truth(key, KeyKind::kList);
    const auto& list = static_cast<const ListTruth&>(*truth);
    if (const auto pair = list.OutOfOrder()) verdict_.Add(OutOfOrder(key, *pair));
    GreatestByReturn lengths;  // of reads
    std::vector<const Operation*> reads;
    for (const Operation* read : key.reads) {
      if (!Takes(*read)) continue;
      const size_t length = read->result.elements ? read->result.elements->size() : 0;
      lengths.Add(*read->return_us, static_cast<int64_t>(length),
                  static_cast<uint32_t>(reads.size()));
      reads.push_back(read);
    }
    lengths.Seal();
    for (const Operation* read : reads) {
      verdict_.checked++;
      const uint32_t longest = lengths.Before(read->invoke_us).second;
      const Operation* earlier = longest == GreatestByReturn::kNone ? nullptr : reads[longest];
      const std::vector<uint32_t> shown =
          earlier == nullptr ? std::vector<uint32_t>() : list.Shown(*earlier, MustSee{});
      const Answer answer =
          list.Explain(*read, {.ended_before_us = read->invoke_us, .also = shown});
      if (!answer.explained()) verdict_.Add(ToAnomaly(answer, *read, earlier));
    }
  }

  // --- what needs a search

  void Collect(const KeyHistory& key) {
    for (const Operation* write : key.writes) {
      if (WriteCounts(job_, write->level, "")) {
        searched_.push_back(write);
        continue;
      }
      maybe_.push_back(*write);
      maybe_.back().outcome = Outcome::kUnknown;
      maybe_.back().result = {};
      searched_.push_back(&maybe_.back());
    }
    for (const Operation* read : key.reads) {
      if (Takes(*read)) searched_.push_back(read);
    }
    for (const Operation* refused : key.refused) {
      if (WriteCounts(job_, refused->level, "")) searched_.push_back(refused);
    }
  }

  void Search() {
    LinearizabilityOptions options = options_;
    options.each_write_has_version = job_.mode != "quorum";
    const LinearizabilityReport report = CheckLinearizable(searched_, options);
    // Without an overlap nothing was put to the test.
    if (report.verdict != Verdict::kNothingChecked) verdict_.checked += report.observations;
    why_nothing_ = report.why_nothing;
    for (const KeyReport& key : report.keys) {
      if (key.verdict == Verdict::kViolated) AddWindow(key);
      if (key.verdict != Verdict::kUndecided) continue;
      verdict_.verdict = Verdict::kUndecided;
      undecided_++;
    }
    if (undecided_ == 0) return;
    verdict_.why =
        StrCat("gave up on ", undecided_, " keys after ", options.steps_max, " steps each");
  }

  void AddWindow(const KeyReport& key) {
    std::string text = "no order explains what was told";
    if (!key.window.operations.empty()) {
      StrAppend(&text, "; at the last the key could be ", absl::StrJoin(key.window.possible, ", "));
    }
    verdict_.Add({.kind = "not linearizable",
                  .key = key.key,
                  .text = std::move(text),
                  .operations = key.window.operations,
                  .wrong = key.window.operations.empty() ? SIZE_MAX : key.window.stuck});
  }

  const JobInfo& job_;
  const Level level_;
  const LinearizabilityOptions options_;
  const int64_t expiry_slack_us_;
  const UnledPartitions* const unled_;
  PromiseVerdict verdict_;
  std::vector<const Operation*> searched_;
  std::deque<Operation> maybe_;
  std::string why_nothing_;
  uint64_t undecided_ = 0;
};

}  // namespace

PromiseVerdict JudgeOrder(const std::vector<KeyHistory>& keys, const JobInfo& job,
                          std::string_view level, const LinearizabilityOptions& options,
                          int64_t expiry_slack_us, const UnledPartitions* unled) {
  return OrderJudge(job, level, options, expiry_slack_us, unled).Run(keys, level);
}

}  // namespace quorate::check
