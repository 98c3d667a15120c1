// Which stored records the engine may drop while it compacts: those whose expiry
// the partition's time has passed, in every state that may still be looked at.
// A crash takes the state back to what is durable, and a snapshot reads an older
// one: so what counts is the oldest of these times.
#pragma once

#include <cstdint>
#include <set>
#include <string_view>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/synchronization/mutex.h"
#include "base/ids.h"
#include "storage/engine.h"

namespace quorate::kv {

// Thread-safe.
class ExpiredRecords final : public EngineFilter {
 public:
  bool Drops(std::string_view key, std::string_view value) const override
      ABSL_LOCKS_EXCLUDED(mutex_);

  // What a crash at this moment would leave has come to `time_us`.
  void SetDurable(PartitionId partition, uint64_t time_us) ABSL_LOCKS_EXCLUDED(mutex_);
  void Forget(PartitionId partition) ABSL_LOCKS_EXCLUDED(mutex_);
  // Nothing is known any more: the node starts anew.
  void Clear() ABSL_LOCKS_EXCLUDED(mutex_);

  // A state of `time_us` is read until it is let go.
  void Hold(PartitionId partition, uint64_t time_us) ABSL_LOCKS_EXCLUDED(mutex_);
  void LetGo(PartitionId partition, uint64_t time_us) ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  struct Times {
    uint64_t durable_us = 0;
    std::multiset<uint64_t> held_us;
  };
  mutable absl::Mutex mutex_;
  absl::flat_hash_map<PartitionId, Times> times_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace quorate::kv
