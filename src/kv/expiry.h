// The moments at which keys of a partition expire, so that its leader knows when
// time has to go on there though nobody writes. A moment stands for all keys that
// expire within a step before it.
//
// In the engine, behind the writers: a key for each moment to come, no value.
#pragma once

#include <cstdint>
#include <limits>
#include <set>

#include "absl/status/status.h"
#include "base/ids.h"
#include "storage/engine.h"

namespace quorate::kv {

class Expiry {
 public:
  static constexpr uint64_t kStepUs = 100'000;
  static constexpr uint64_t kNever = std::numeric_limits<uint64_t>::max();

  explicit Expiry(PartitionId partition) : partition_(partition) {}

  // What the engine holds.
  absl::Status Load(const Engine& engine);

  // A key that expires then was written; counts from Stage on.
  void Add(uint64_t expires_at_us);
  // Adds to `batch` the moments added, and removes those that `time_us` passes.
  absl::Status Stage(uint64_t time_us, const Engine& engine, EngineBatch& batch);

  // When the next keys expire, by the partition's time; kNever: none will.
  uint64_t next_us() const { return next_us_; }

 private:
  absl::Status Pass(uint64_t time_us, const Engine& engine, EngineBatch& batch);

  PartitionId partition_;
  uint64_t next_us_ = kNever;
  uint64_t passed_us_ = 0;    // nothing stands before it
  std::set<uint64_t> added_;  // since Stage
};

}  // namespace quorate::kv
