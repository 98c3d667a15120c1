// Gets at LINEARIZABLE and puts at QUORUM, as many of each, of keys by chance, through
// the client library, with each value read held against what was written.
#pragma once

#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "base/random.h"
#include "client/client.h"
#include "pace.h"
#include "slice.h"
#include "versioned_keys.h"

namespace quorate::bench {

// What became of the operations that were due in a stretch of time.
struct Stretch {
  Slice slice;
  uint64_t reads = 0;
  uint64_t wrong = 0;  // of those
  std::string first_wrong;
};

// Puts every key once.
absl::Status WriteAll(Keyspace keyspace, const VersionedKeys& keys);

class MixedLoad {
 public:
  // `keys` outlives it, and every one of them is written.
  MixedLoad(const Client& client, const std::string& keyspace, VersionedKeys& keys);
  ~MixedLoad() { Stop(); }

  // Closed loop: so many in flight, for so long.
  Stretch RunClosed(uint32_t in_flight, absl::Duration length);

  // Open loop: from now on so many a second fall due, by chance, whatever became of those
  // before, and each one's latency counts from then.
  void Begin(double per_second) { pace_.Begin(per_second); }
  // What falls due from now on counts there, which outlives Stop.
  void CountIn(Stretch& stretch);
  // When all is answered.
  void Stop();

 private:
  // One operation; `done` when it was counted, by a thread of the client's.
  void BeginOne(absl::Time due, Random& random, Done done);
  void Get(uint64_t key, absl::Time due, Stretch& stretch, Done done);
  void Put(uint64_t key, uint64_t version, absl::Time due, Stretch& stretch, Done done);
  void Count(const absl::Status& status, absl::Time due, Stretch& stretch);

  Keyspace keyspace_;
  VersionedKeys& keys_;
  absl::Mutex mutex_;
  Stretch unwanted_;
  Stretch* current_ ABSL_GUARDED_BY(mutex_) = &unwanted_;
  const Issue issue_;
  OpenPace pace_;  // goes first
};

}  // namespace quorate::bench
