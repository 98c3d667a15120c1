// Is each key of a history linearizable?
//
//   LinearizabilityReport report = CheckLinearizable(history);
//   if (report.verdict != Verdict::kPassed) Fail(FormatReport(report));   // format.h
//
// Keys are judged one by one, which is enough: linearizability is local.
// The same history gives the same report.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/types/span.h"
#include "check/history.h"
#include "check/shrink.h"

namespace quorate::check {

// Only kPassed is a pass.
enum class Verdict : uint8_t {
  kPassed,
  kViolated,
  kUndecided,       // gave up before there was an answer
  kNothingChecked,  // there was nothing that could have been found wrong
};

struct LinearizabilityOptions {
  // For each key, and ten times as many to find its window. Memory is at most
  // about 150 bytes for each of these while a key is being judged.
  uint64_t steps_max = 4'000'000;
  // Keys for which the window is looked for; the others are only named.
  size_t windows_max = 10;
  // Every write that takes effect has a version of its own. False of registers
  // without a leader: one that is overwritten at once may have none.
  bool each_write_has_version = true;
};

struct KeyReport {
  std::string key;
  Verdict verdict = Verdict::kNothingChecked;
  uint64_t operations = 0;  // without those that failed
  uint64_t steps = 0;
  Window window;  // kViolated; empty beyond windows_max
};

struct LinearizabilityReport {
  Verdict verdict = Verdict::kNothingChecked;
  // kNothingChecked: what the history lacks.
  std::string why_nothing;
  uint64_t done = 0;
  uint64_t failed = 0;
  uint64_t unknown = 0;
  // Done operations that were told something of the key's state.
  uint64_t observations = 0;
  // Done operations that began while another done one of their key was under
  // way, one of the two a write. Without any, an order is given by time.
  uint64_t overlapping = 0;
  std::vector<KeyReport> keys;  // in byte order

  // Keys with this verdict.
  uint64_t Count(Verdict verdict) const;
};

// Keys in byte order, whatever the order of the operations.
LinearizabilityReport CheckLinearizable(absl::Span<const Operation* const> operations,
                                        const LinearizabilityOptions& options = {});
LinearizabilityReport CheckLinearizable(const History& history,
                                        const LinearizabilityOptions& options = {});

}  // namespace quorate::check
