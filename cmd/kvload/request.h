// One operation of a client, whatever its workload, and what came of it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "base/ids.h"
#include "check/history.h"
#include "client/types.h"

namespace quorate::load {

// Either reads or writes.
struct Request {
  std::vector<std::string> reads = {};  // several: a multi-get
  std::vector<Mutation> writes = {};    // several: a batch, which is atomic
  // Of a write that adds an element to a list or to a set of keys: what histories name.
  std::string collection = {};
  std::string element = {};
  // Of a write with a context: the values that it replaces.
  std::vector<std::string> replaced = {};

  static Request Get(std::string key) { return {.reads = {std::move(key)}}; }
  static Request Write(Mutation mutation) { return {.writes = {std::move(mutation)}}; }
  bool is_read() const { return !reads.empty(); }
};

// What the answer said of one key.
struct Told {
  std::optional<bool> found;  // had a value: when read, or before it was written
  std::string value;          // of a read
  std::optional<std::vector<std::string>> elements;  // in its place, of lists and sets
  std::optional<std::vector<std::string>> values;    // in its place: siblings
  uint64_t version = 0;
  std::optional<int64_t> sum;
  std::optional<bool> success;  // of a condition
  std::string context;          // where the policy merges
};

struct Reply {
  check::Outcome outcome = check::Outcome::kUnknown;
  absl::Status status;    // of what is not done: why; and of a condition that did not hold
  int64_t invoke_us = 0;  // clock.h
  std::optional<int64_t> return_us;  // nullopt: the run ended before
  std::vector<Told> told;            // when done: of each key in turn
  NodeId served_by;                  // none: not told
  std::optional<absl::Duration> staleness;

  bool done() const { return outcome == check::Outcome::kDone; }
  // Done, and its condition held if it had one.
  bool took_effect() const { return done() && told.front().success.value_or(true); }
};

}  // namespace quorate::load
