#include "check/judge.h"

#include <algorithm>
#include <set>
#include <string>
#include <string_view>
#include <utility>

#include "absl/strings/str_join.h"
#include "base/strings.h"
#include "check/batches.h"
#include "check/final_reads.h"
#include "check/format.h"
#include "check/key_truth.h"
#include "check/level_order.h"
#include "check/level_reads.h"
#include "check/set_full.h"
#include "check/unled.h"

namespace quorate::check {
namespace {

// Without a first line all of it is linearizable.
JobInfo JobOf(const History& history) {
  if (history.job()) return *history.job();
  JobInfo job;
  job.mode = "raft";
  return job;
}

class Judge {
 public:
  Judge(const History& history, const JudgeOptions& options)
      : history_(history),
        options_(options),
        job_(JobOf(history)),
        keys_(SplitByKey(history)),
        unled_(history, job_) {
    for (const Operation& op : history.operations()) {
      (op.action == Action::kGet ? read_levels_ : write_levels_).insert(op.level);
      if (op.action == Action::kGet && op.batch != 0) batch_levels_.insert(op.level);
    }
  }

  std::vector<PromiseVerdict> Run() {
    if (read_levels_.empty()) read_levels_.insert("");
    for (const std::string_view level : read_levels_) {
      Time(level.empty() ? "LINEARIZABLE" : level, [&] { return JudgeLevel(level); });
    }
    if (job_.mode == "raft") {
      for (const std::string_view level : batch_levels_) {
        Time(level.empty() ? "LINEARIZABLE" : level, [&] { return JudgeBatches(keys_, level); });
      }
    }
    if (HasEnd()) Time("final", [&] { return JudgeEnd(); });
    AddFigures();
    return std::move(lines_);
  }

 private:
  bool HasEnd() const { return !history_.replicas().empty() || !history_.placements().empty(); }

  template <class Function>
  void Time(std::string_view read, Function judge) {
    const double begin = options_.clock ? options_.clock() : 0;
    PromiseVerdict line = judge();
    line.read = std::string(read);
    line.write = absl::StrJoin(write_levels_, ",", [](std::string* out, std::string_view level) {
      StrAppend(out, level.empty() ? "LINEARIZABLE" : level);
    });
    line.seconds = options_.clock ? options_.clock() - begin : 0;
    lines_.push_back(std::move(line));
  }

  PromiseVerdict JudgeLevel(std::string_view level) const {
    const bool order = PromiseOf(job_, level).need == Promise::Need::kOrder;
    return order ? JudgeOrder(keys_, job_, level, options_.order, options_.expiry_slack_us, &unled_)
                 : JudgeReads(keys_, job_, level, options_.expiry_slack_us, &unled_);
  }

  // Of format 1 counters that are also put are judged as well.
  PromiseVerdict JudgeEnd() const {
    if (history_.job()) return JudgeFinalReads(keys_, job_, history_, options_.disks_kept);
    const FinalStateReport report = CheckFinalState(history_);
    PromiseVerdict line;
    line.promise = "healed, all replicas hold the same, and all that was acknowledged";
    line.checked = report.writes;
    for (const LostWrite& lost : report.lost) line.Add(ToAnomaly(lost));
    for (const ReplicaDifference& difference : report.differences) {
      line.Add({.kind = "replicas differ",
                .key = difference.key,
                .text = StrCat("at the end ", absl::StrJoin(difference.found, ", ")),
                .operations = {}});
    }
    line.Conclude(report.why_nothing);
    return line;
  }

  static Anomaly ToAnomaly(const LostWrite& lost) {
    Anomaly anomaly{.kind = "lost write", .key = lost.key, .text = {}, .operations = {}};
    anomaly.text = StrCat("at the end replica ", lost.replica, " has ", lost.found,
                          ", which no write explains");
    if (lost.last_write) anomaly.operations.push_back(*lost.last_write);
    return anomaly;
  }

  void AddFigures() {
    const SetFull followed = FollowElements(keys_);
    if (followed.added == 0 || lines_.empty()) return;
    std::string& note = lines_.front().note;
    StrAppend(&note, note.empty() ? "" : "; ", FormatSetFull(followed));
  }

  const History& history_;
  const JudgeOptions& options_;
  const JobInfo job_;
  const std::vector<KeyHistory> keys_;
  const UnledPartitions unled_;
  std::set<std::string_view> read_levels_, write_levels_, batch_levels_;
  std::vector<PromiseVerdict> lines_;
};

}  // namespace

std::vector<PromiseVerdict> JudgeHistory(const History& history, const JudgeOptions& options) {
  return Judge(history, options).Run();
}

Verdict Sum(const std::vector<PromiseVerdict>& lines) {
  if (lines.empty()) return Verdict::kNothingChecked;
  for (const Verdict worst : {Verdict::kViolated, Verdict::kUndecided, Verdict::kNothingChecked}) {
    if (std::any_of(lines.begin(), lines.end(),
                    [&](const PromiseVerdict& line) { return line.verdict == worst; })) {
      return worst;
    }
  }
  return Verdict::kPassed;
}

}  // namespace quorate::check
