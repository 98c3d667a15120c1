// What the judge says: a line of the table for each promise, and the few
// operations that show what broke one.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "check/history.h"
#include "check/linearizable.h"

namespace quorate::check {

// The operations alone show it, in order of invoke.
struct Anomaly {
  std::string kind;  // "stale read", "not linearizable", …
  std::string key;
  std::string text;  // a sentence
  std::vector<Operation> operations;
  size_t wrong = SIZE_MAX;  // the one that nothing explains, if it is one
};

// Of one promise: of a level of reading, of batches, of what is left at last.
struct PromiseVerdict {
  std::string read;   // level; "final", "batch"
  std::string write;  // levels of the writes
  std::string promise;
  uint64_t checked = 0;    // reads, or whatever the promise is about
  uint64_t anomalies = 0;  // all there are
  uint64_t allowed = 0;    // what is not promised, and was lacking
  std::string allowed_what;
  Verdict verdict = Verdict::kNothingChecked;
  std::string why;   // kUndecided and kNothingChecked
  std::string note;  // figures
  double seconds = 0;
  std::vector<Anomaly> found;  // the first of them, kFoundMax at most

  static constexpr size_t kFoundMax = 10;

  void Add(Anomaly anomaly) {
    anomalies++;
    if (found.size() < kFoundMax) found.push_back(std::move(anomaly));
  }
  // From what was counted, unless something was left undecided.
  void Conclude(std::string why_nothing) {
    if (anomalies > 0) {
      verdict = Verdict::kViolated;
    } else if (verdict != Verdict::kUndecided) {
      verdict = checked > 0 ? Verdict::kPassed : Verdict::kNothingChecked;
      if (checked == 0) why = std::move(why_nothing);
    }
  }
};

}  // namespace quorate::check
