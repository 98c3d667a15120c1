// One operation of a client, whatever its workload, and what came of it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "base/ids.h"
#include "base/level.h"
#include "check/history.h"
#include "client/types.h"

namespace quorate::load {

// Either reads or writes.
struct Request {
  std::vector<std::string> reads;  // several: a multi-get
  std::vector<Mutation> writes;    // several: a batch, which is atomic

  static Request Get(std::string key) { return {.reads = {std::move(key)}, .writes = {}}; }
  static Request Write(Mutation mutation) { return {.reads = {}, .writes = {std::move(mutation)}}; }
  bool is_read() const { return !reads.empty(); }
};

// What the answer said of one key.
struct Told {
  std::optional<bool> found;  // had a value: when read, or before it was written
  std::string value;          // of a read
  uint64_t version = 0;
  std::optional<int64_t> sum;
  std::optional<bool> success;   // of a condition
  std::optional<Merged> merged;  // of a read, where the policy merges
  std::string context;           // of a write, likewise
};

struct Reply {
  check::Outcome outcome = check::Outcome::kUnknown;
  absl::Status status;               // OK exactly when done, but for a condition that did not hold
  int64_t invoke_us = 0;             // clock.h
  std::optional<int64_t> return_us;  // nullopt: the run ended before
  std::vector<Told> told;            // when done: of each key in turn
  NodeId served_by;                  // none: not told
  std::optional<absl::Duration> staleness;
};

}  // namespace quorate::load
