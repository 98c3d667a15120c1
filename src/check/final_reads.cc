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
#include "check/quote.h"

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
  FinalJudge(const JobInfo& job, const History& history, bool disks_kept)
      : job_(job), history_(history), disks_kept_(disks_kept) {
    for (const ReplicaContents& replica : history.replicas()) by_name_[replica.replica] = &replica;
  }

  void Judge(const KeyHistory& key) {
    const KeyKind kind = KindOf(job_, key);
    std::vector<Operation> finals;
    for (const ReplicaContents* replica : ReplicasOf(key.key)) {
      finals.push_back(AsRead(*replica, key.key));
    }
    Compare(finals, kind);
    // The order of what was appended last is told by these alone.
    KeyHistory whole = key;
    if (kind == KeyKind::kList) {
      for (const Operation& read : finals) whole.reads.push_back(&read);
    }
    const std::unique_ptr<KeyTruth> truth = MakeTruth(
        kind, whole,
        CountsOf(whole,
                 [&](std::string_view write) { return WriteLasts(job_, write, disks_kept_); }),
        {});
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

  // Keys that nobody asked for, and such as are where they do not belong.
  void JudgeOthers(const std::set<std::string_view>& known) {
    for (const ReplicaContents& replica : history_.replicas()) {
      for (const auto& [key, record] : replica.records) {
        const bool asked = known.contains(key);
        if (asked && Belongs(key, replica.replica)) continue;
        verdict_.Add({.kind = "value from nowhere",
                      .key = key,
                      .text = StrCat("replica ", replica.replica, " has a key that ",
                                     asked ? "it is no replica of" : "nobody wrote"),
                      .operations = {AsRead(replica, key)}});
      }
    }
  }

  PromiseVerdict Finish() {
    if (verdict_.allowed > 0) verdict_.allowed_what = "lost at ONE";
    if (mixed_ > 0) {
      verdict_.note = StrCat(mixed_, " keys are both written and added to, and only compared");
    }
    if (unread_keys_ > 0) {
      verdict_.verdict = Verdict::kUndecided;
      verdict_.why = StrCat("of ", unread_keys_, " keys not every replica was read: ", unread_);
    }
    verdict_.Conclude(history_.replicas().empty() ? "no replica was read after the run"
                                                  : "there was nothing to compare with");
    return std::move(verdict_);
  }

 private:
  const std::vector<std::string>* PlacementOf(const std::string& key) const {
    const auto place = history_.placements().find(key);
    return place == history_.placements().end() ? nullptr : &place->second.replicas;
  }

  bool Belongs(const std::string& key, const std::string& replica) const {
    const auto* names = PlacementOf(key);
    return names == nullptr || std::find(names->begin(), names->end(), replica) != names->end();
  }

  // Those that were read, which should be all.
  std::vector<const ReplicaContents*> ReplicasOf(const std::string& key) {
    std::vector<const ReplicaContents*> read;
    std::string missing;
    if (const auto* names = PlacementOf(key)) {
      for (const std::string& name : *names) {
        const auto place = by_name_.find(name);
        if (place != by_name_.end()) read.push_back(place->second);
        if (place == by_name_.end()) StrAppend(&missing, ", not ", name);
      }
    } else {
      for (const ReplicaContents& replica : history_.replicas()) read.push_back(&replica);
    }
    if (missing.empty() && read.size() >= job_.replicas) return read;
    if (unread_keys_++ > 0) return read;
    unread_ = StrCat("of ", QuoteBytes(key), " ", read.size(),
                     job_.replicas > 0 ? StrCat(" of ", job_.replicas) : "", missing);
    return read;
  }

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

  void Compare(const std::vector<Operation>& finals, KeyKind kind) {
    for (const Operation& other : finals) {
      const Operation& first = finals.front();
      if (Sorted(other.result, kind) == Sorted(first.result, kind)) continue;
      return verdict_.Add(
          {.kind = "replicas differ",
           .key = first.key,
           .text = StrCat("at the end replica ", first.node, ": ", DescribeOperation(first), "; ",
                          other.node, ": ", DescribeOperation(other)),
           .operations = {first, other}});
    }
  }

  const JobInfo& job_;
  const History& history_;
  const bool disks_kept_;
  std::map<std::string_view, const ReplicaContents*> by_name_;
  PromiseVerdict verdict_;
  uint64_t unread_keys_ = 0;
  std::string unread_;  // the first of them
  uint64_t mixed_ = 0;
};

}  // namespace

PromiseVerdict JudgeFinalReads(const std::vector<KeyHistory>& keys, const JobInfo& job,
                               const History& history, bool disks_kept) {
  FinalJudge judge(job, history, disks_kept);
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
