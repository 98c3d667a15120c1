// What one key can have held: the part of a checker that knows the kind of
// value. A read is explained or not, given which writes it must have seen; what
// it must have seen is for the read's level to say (promise.h).
//
// Kinds: register_truth.h (one order, agreeing with time), lww_truth.h (the
// greatest version), counter_truth.h, members_truth.h (sets and siblings),
// list_truth.h.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/types/span.h"
#include "check/history.h"

namespace quorate::check {

// The operations of one key, in order of invoke; the history must outlive it.
struct KeyHistory {
  std::string key;
  std::vector<const Operation*> writes;   // that had or may have had an effect
  std::vector<const Operation*> failed;   // writes that certainly had none
  std::vector<const Operation*> refused;  // done writes whose condition did not hold
  std::vector<const Operation*> reads;    // done gets, of all levels
};

std::vector<KeyHistory> SplitByKey(const History& history);

class Unled;

// The writes whose effect must be in what was read, or what came after them.
struct MustSee {
  // All acknowledged ones that returned before.
  int64_t ended_before_us = INT64_MIN;
  // Of those only such as the level counts; else all.
  bool counting_only = true;
  // And these, as positions in KeyHistory::writes: what a session has seen.
  absl::Span<const uint32_t> also;
  uint64_t version_min = 0;     // lww: the newest that it has seen
  int64_t sum_min = INT64_MIN;  // counters that only grow: the greatest
  // What expires may be late by as long as nobody led (unled.h); nullptr: no excuse.
  const Unled* unled = nullptr;
};

struct Answer {
  enum class Kind : uint8_t {
    kExplained,
    kNowhere,  // no write gives this, whenever it happened
    kMissed,   // it lacks a write that it must have seen
    kBack,     // it has what a write that it must have seen had replaced
    kExpired,  // it has what had expired
    kEarly,    // it lacks what was not to expire yet
  };
  Kind kind = Kind::kExplained;
  std::string what;                        // for people, after "the read …"
  std::vector<const Operation*> evidence;  // the writes that show it

  bool explained() const { return kind == Kind::kExplained; }
};

class KeyTruth {
 public:
  virtual ~KeyTruth() = default;

  virtual Answer Explain(const Operation& read, const MustSee& must) const = 0;
  // Positions of writes whose effect a read, explained by what it must see, certainly shows.
  virtual std::vector<uint32_t> Shown(const Operation& read, const MustSee& must) const = 0;
  // The one write certainly comes before the other; false where that is open.
  virtual bool Before(uint32_t, uint32_t) const { return false; }
};

// Whether a position counts for the level in question (promise.h).
using Counts = std::vector<bool>;

}  // namespace quorate::check
