#include "check/final_reads.h"

#include <algorithm>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <utility>

#include "base/strings.h"
#include "check/format.h"
#include "check/key_kind.h"
#include "check/level_reads.h"
#include "check/list_truth.h"

namespace quorate::check {
namespace {

using Record = ReplicaContents::Record;

const Record* Find(const ReplicaContents& replica, const std::string& key) {
  const auto place = replica.records.find(key);
  return place == replica.records.end() ? nullptr : &place->second;
}

// As if a client had read it when nothing else was left to do.
Operation AsRead(const ReplicaContents& replica, const std::string& key) {
  Operation read;
  read.key = key;
  read.node = replica.replica;
  read.outcome = Outcome::kDone;
  read.invoke_us = INT64_MAX;
  read.return_us = INT64_MAX;
  const Record* record = Find(replica, key);
  read.result.found = record != nullptr;
  if (record == nullptr) return read;
  read.result.elements = record->elements;
  read.result.values = record->values;
  if (!record->elements && !record->values) read.result.value = record->value;
  read.result.version = record->version;
  return read;
}

// Sets and siblings in any order.
Result Sorted(Result result, KeyKind kind) {
  if (kind != KeyKind::kMembers) return result;
  for (auto* list : {&result.elements, &result.values}) {
    if (*list) std::sort((*list)->begin(), (*list)->end());
  }
  return result;
}

class FinalJudge {
 public:
  FinalJudge(const JobInfo& job, const std::vector<ReplicaContents>& replicas)
      : job_(job), replicas_(replicas) {}

  void Judge(const KeyHistory& key) {
    const KeyKind kind = KindOf(job_, key);
    Compare(key.key, kind);
    std::vector<Operation> finals;
    for (const ReplicaContents& replica : replicas_) finals.push_back(AsRead(replica, key.key));
    // The order of what was appended last is told by these alone.
    KeyHistory whole = key;
    if (kind == KeyKind::kList) {
      for (const Operation& read : finals) whole.reads.push_back(&read);
    }
    const std::unique_ptr<KeyTruth> truth = MakeTruth(
        kind, whole,
        CountsOf(whole, [&](std::string_view write) { return WriteLasts(job_, write); }), {});
    if (truth == nullptr) {
      mixed_++;
      return;
    }
    for (const Operation& read : finals) {
      verdict_.checked++;
      JudgeReplica(*truth, read);
    }
    if (kind == KeyKind::kList) CompareWithEarlierLists(static_cast<const ListTruth&>(*truth), key);
  }

  // Keys that the replicas have and nobody asked for.
  void JudgeOthers(const std::set<std::string_view>& known) {
    for (const ReplicaContents& replica : replicas_) {
      for (const auto& [key, record] : replica.records) {
        if (known.contains(key)) continue;
        verdict_.Add({.kind = "value from nowhere",
                      .key = key,
                      .text = StrCat("replica ", replica.replica, " has a key that nobody wrote"),
                      .operations = {AsRead(replica, key)}});
      }
    }
  }

  PromiseVerdict Finish() {
    if (verdict_.allowed > 0) verdict_.allowed_what = "lost at ONE";
    if (mixed_ > 0) {
      verdict_.note = StrCat(mixed_, " keys are both written and added to, and only compared");
    }
    verdict_.Conclude(replicas_.empty() ? "no replica was read after the run"
                                        : "there was nothing to compare with");
    return std::move(verdict_);
  }

 private:
  void JudgeReplica(const KeyTruth& truth, const Operation& read) {
    MustSee must{.ended_before_us = INT64_MAX, .also = {}};
    const Answer answer = truth.Explain(read, must);
    if (!answer.explained()) {
      Anomaly anomaly = ToAnomaly(answer, read);
      if (answer.kind == Answer::Kind::kMissed) anomaly.kind = "lost write";
      anomaly.text = StrCat("at the end replica ", read.node, " ", answer.what);
      return verdict_.Add(std::move(anomaly));
    }
    must.counting_only = false;
    if (!truth.Explain(read, must).explained()) verdict_.allowed++;
  }

  // Now that the whole order is known.
  void CompareWithEarlierLists(const ListTruth& list, const KeyHistory& key) {
    for (const Operation* read : key.reads) {
      const Answer answer = list.Explain(*read, {});
      if (!answer.explained()) return verdict_.Add(ToAnomaly(answer, *read));
    }
    if (const auto pair = list.OutOfOrder()) verdict_.Add(OutOfOrder(key, *pair));
  }

  void Compare(const std::string& key, KeyKind kind) {
    if (replicas_.empty()) return;
    const Operation first = AsRead(replicas_.front(), key);
    for (const ReplicaContents& replica : replicas_) {
      const Operation other = AsRead(replica, key);
      if (Sorted(other.result, kind) == Sorted(first.result, kind)) continue;
      return verdict_.Add(
          {.kind = "replicas differ",
           .key = key,
           .text = StrCat("at the end replica ", first.node, ": ", DescribeOperation(first), "; ",
                          other.node, ": ", DescribeOperation(other)),
           .operations = {first, other}});
    }
  }

  const JobInfo& job_;
  const std::vector<ReplicaContents>& replicas_;
  PromiseVerdict verdict_;
  uint64_t mixed_ = 0;
};

}  // namespace

PromiseVerdict JudgeFinalReads(const std::vector<KeyHistory>& keys, const JobInfo& job,
                               const std::vector<ReplicaContents>& replicas) {
  FinalJudge judge(job, replicas);
  std::set<std::string_view> known;
  for (const KeyHistory& key : keys) {
    judge.Judge(key);
    known.insert(key.key);
  }
  judge.JudgeOthers(known);
  PromiseVerdict verdict = judge.Finish();
  verdict.read = "final";
  verdict.promise = "healed, all replicas hold the same, and all that was acknowledged";
  return verdict;
}

}  // namespace quorate::check
