#include "check/level_reads.h"

#include <algorithm>
#include <deque>
#include <map>
#include <memory>
#include <queue>
#include <utility>

#include "base/strings.h"
#include "check/format.h"
#include "check/session_past.h"

namespace quorate::check {
namespace {

using Need = Promise::Need;

int64_t Minus(int64_t a, int64_t b) {
  int64_t difference = 0;
  return __builtin_sub_overflow(a, b, &difference) ? INT64_MIN : difference;
}

std::string_view KindName(Answer::Kind kind) {
  switch (kind) {
    case Answer::Kind::kNowhere:
      return "value from nowhere";
    case Answer::Kind::kMissed:
      return "stale read";
    case Answer::Kind::kBack:
      return "removed value is back";
    case Answer::Kind::kExpired:
      return "read after expiry";
    case Answer::Kind::kEarly:
      return "gone before expiry";
    case Answer::Kind::kExplained:
      break;
  }
  return "";
}

class KeyReads {
 public:
  // `durable`: in which all writes count that a bound of staleness speaks of.
  KeyReads(const KeyHistory& key, KeyKind kind, const KeyTruth& truth, const KeyTruth& durable,
           const Promise& promise, std::string_view level, const Unled* unled,
           PromiseVerdict& verdict)
      : key_(key),
        kind_(kind),
        truth_(truth),
        durable_(durable),
        promise_(promise),
        level_(level),
        unled_(unled),
        verdict_(verdict) {}

  void Judge() {
    if (promise_.need == Need::kSession) return JudgeSessions();
    for (const Operation* read : key_.reads) {
      if (read->level == level_) JudgeRead(*read, TimeBound(*read));
    }
  }

 private:
  MustSee TimeBound(const Operation& read) const {
    MustSee must;
    must.unled = unled_;
    if (promise_.need == Need::kFresh || promise_.need == Need::kOrder) {
      must.ended_before_us = read.invoke_us;
    } else if (promise_.need == Need::kBounded) {
      must.ended_before_us = Minus(read.invoke_us, promise_.bound_us);
    }
    return must;
  }

  void JudgeRead(const Operation& read, const MustSee& must, const SessionPast* past = nullptr) {
    verdict_.checked++;
    Answer answer = truth_.Explain(read, must);
    if (!answer.explained()) {
      const Operation* shown_by = past == nullptr ? nullptr : past->ShownBy(answer);
      return verdict_.Add(ToAnomaly(answer, read, shown_by));
    }
    if (!JudgeReceipt(read)) return;
    const MustSee fresh{.ended_before_us = read.invoke_us, .counting_only = false, .also = {}};
    if (promise_.need != Need::kOrder && !truth_.Explain(read, fresh).explained()) {
      verdict_.allowed++;
    }
  }

  // What the answer said of its own age.
  bool JudgeReceipt(const Operation& read) {
    if (!read.result.stale_us) return true;
    MustSee told;
    told.unled = unled_;
    told.ended_before_us = Minus(read.invoke_us, *read.result.stale_us);
    const Answer answer = durable_.Explain(read, told);
    if (answer.explained()) return true;
    Anomaly anomaly = ToAnomaly(answer, read);
    anomaly.kind = "receipt is wrong";
    anomaly.text = StrCat("the read said that it was at most ", *read.result.stale_us,
                          " us old, and ", answer.what);
    verdict_.Add(std::move(anomaly));
    return false;
  }

  // --- sessions

  void JudgeSessions() {
    for (uint32_t i = 0; i < key_.writes.size(); ++i) positions_.emplace(key_.writes[i], i);
    std::map<uint64_t, std::vector<const Operation*>> sessions;
    for (const auto* operations : {&key_.writes, &key_.reads}) {
      for (const Operation* op : *operations) {
        if (op->session != 0 || op->level == level_) sessions[op->session].push_back(op);
      }
    }
    for (auto& [session, operations] : sessions) JudgeSession(session, operations);
  }

  void JudgeSession(uint64_t session, std::vector<const Operation*>& operations) {
    std::stable_sort(
        operations.begin(), operations.end(),
        [](const Operation* a, const Operation* b) { return a->invoke_us < b->invoke_us; });
    const auto later = [](const Operation* a, const Operation* b) {
      return *a->return_us > *b->return_us;
    };
    std::priority_queue<const Operation*, std::vector<const Operation*>, decltype(later)> open(
        later);
    SessionPast past(truth_, kind_, positions_);
    for (const Operation* op : operations) {
      while (session != 0 && !open.empty() && *open.top()->return_us < op->invoke_us) {
        past.Add(*open.top());
        open.pop();
      }
      if (op->action != Action::kGet) {
        JudgeWrite(*op, past);
      } else if (op->level == level_) {
        JudgeRead(*op, past.Must(), &past);
      }
      if (op->outcome == Outcome::kDone) open.push(op);
    }
  }

  void JudgeWrite(const Operation& write, const SessionPast& past) {
    if (!IsAcknowledgedWrite(write) || past.empty()) return;
    const Operation* later = past.ComesBefore(write);
    if (later == nullptr) return;
    const bool wrote = later->action != Action::kGet;
    verdict_.Add({.kind = wrote ? "writes not monotonic" : "write does not follow read",
                  .key = key_.key,
                  .text = StrCat("the session's write comes before what it had ",
                                 wrote ? "written" : "read", " before"),
                  .operations = {*later, write}});
  }

  const KeyHistory& key_;
  const KeyKind kind_;
  const KeyTruth& truth_;
  const KeyTruth& durable_;
  const Promise& promise_;
  const std::string_view level_;
  const Unled* const unled_;
  PromiseVerdict& verdict_;
  absl::flat_hash_map<const Operation*, uint32_t> positions_;
};

bool TellsAge(const KeyHistory& key) {
  return std::any_of(key.reads.begin(), key.reads.end(),
                     [](const Operation* read) { return read->result.stale_us.has_value(); });
}

bool AnyCounts(const std::vector<KeyHistory>& keys, const JobInfo& job, std::string_view level) {
  return std::any_of(keys.begin(), keys.end(), [&](const KeyHistory& key) {
    const Counts counts =
        CountsOf(key, [&](std::string_view write) { return WriteCounts(job, write, level); });
    return std::find(counts.begin(), counts.end(), true) != counts.end();
  });
}

}  // namespace

Anomaly ToAnomaly(const Answer& answer, const Operation& read, const Operation* shown_by) {
  Anomaly anomaly{.kind = std::string(KindName(answer.kind)),
                  .key = read.key,
                  .text = StrCat("the read ", answer.what),
                  .operations = {}};
  std::vector<const Operation*> operations = answer.evidence;
  if (shown_by != nullptr) operations.push_back(shown_by);
  operations.push_back(&read);
  std::stable_sort(
      operations.begin(), operations.end(),
      [](const Operation* a, const Operation* b) { return a->invoke_us < b->invoke_us; });
  operations.erase(std::unique(operations.begin(), operations.end()), operations.end());
  for (const Operation* op : operations) {
    if (op == &read) anomaly.wrong = anomaly.operations.size();
    anomaly.operations.push_back(*op);
  }
  return anomaly;
}

Anomaly OutOfOrder(const KeyHistory& key, std::pair<uint32_t, uint32_t> appends) {
  return {.kind = "appends out of order",
          .key = key.key,
          .text = "an append stands behind one that began after it had ended",
          .operations = {*key.writes[appends.first], *key.writes[appends.second]}};
}

PromiseVerdict JudgeReads(const std::vector<KeyHistory>& keys, const JobInfo& job,
                          std::string_view level, int64_t expiry_slack_us,
                          const UnledPartitions* unled) {
  PromiseVerdict verdict;
  Promise promise = PromiseOf(job, level);
  if (promise.need == Need::kFresh && !AnyCounts(keys, job, level)) {
    promise = PromiseOf(job, "ONE");  // they do not overlap
  }
  verdict.promise = promise.text;
  const TruthOptions options{.shows_pending = job.policy == "register",
                             .expiry_slack_us = expiry_slack_us};
  uint64_t mixed = 0;
  for (const KeyHistory& key : keys) {
    const KeyKind kind = KindOf(job, key);
    const auto truth_for = [&](std::string_view read_level) {
      const auto counts = [&](std::string_view write) {
        return WriteCounts(job, write, read_level);
      };
      return MakeTruth(kind, key, CountsOf(key, counts), options);
    };
    const std::unique_ptr<KeyTruth> truth = truth_for(level);
    if (truth == nullptr) {
      mixed++;
      continue;
    }
    const std::unique_ptr<KeyTruth> durable = TellsAge(key) ? truth_for("BOUNDED(1s)") : nullptr;
    KeyReads(key, kind, *truth, durable == nullptr ? *truth : *durable, promise, level,
             unled == nullptr ? nullptr : unled->Of(key.key), verdict)
        .Judge();
  }
  if (verdict.allowed > 0) verdict.allowed_what = "stale";
  if (mixed > 0) {
    verdict.note = StrCat(mixed, " keys are both written and added to, and not judged here");
  }
  verdict.Conclude("no read at this level was answered");
  return verdict;
}

}  // namespace quorate::check
