// How likely a read misses an acknowledged write, as a function of the time since
// that was acknowledged: probabilistically bounded staleness (Bailis et al., VLDB
// 2012), its WARS model, run as a Monte Carlo simulation over measured latencies.
//
// It counts what the write itself brings to the replicas. Anti-entropy and read
// repair come on top, so the truth is no worse.
#pragma once

#include <cstdint>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "base/histogram.h"
#include "quorum/round_trips.h"

namespace quorate::quorum {

// One way each, between a coordinator and a replica.
struct WarsLatencies {
  Histogram write;     // W: sent, until a replica would show it
  Histogram ack;       // A: from then until the coordinator knows
  Histogram read;      // R: asked, until the replica looks
  Histogram response;  // S: from then until the coordinator has it
  // Where coordinators are replicas: until its own has a write on disk.
  Histogram own_disk = {};
  // Between zones; the others are then of one zone. Empty where there is one only.
  Histogram far_write = {};
  Histogram far_ack = {};
  Histogram far_read = {};
  Histogram far_response = {};
};

// Of what coordinators here have measured.
WarsLatencies LatenciesOf(const RoundTrips& measured);

struct StalenessInput {
  uint32_t replicas = 3;  // N
  uint32_t reads = 1;     // R, answers that a read waits for
  uint32_t writes = 1;    // W, acknowledgements that a write waits for
  uint32_t trials = 10'000;
  uint64_t seed = 1;
  // As this core does it: whoever coordinates is one of the replicas, and requests
  // come to each alike. There the write is at once, and there a read looks when the
  // last answer has come; it asks just as many others as it needs. False: as in the
  // paper, from outside, by the quickest answers.
  bool coordinators_are_replicas = false;

  // Of each replica its zone, by number; layouts that come up in turn, for partitions
  // may differ. Empty: all in one. With zones coordinators are replicas, and reads ask
  // their own zone first.
  std::vector<std::vector<uint32_t>> layouts = {};
  // What reads and writes wait for, in place of a count.
  enum class Waits : uint8_t {
    kCount,     // `reads`, `writes`
    kOwnZone,   // a majority of those in the coordinator's zone
    kEachZone,  // a majority in each zone; of writes
  };
  Waits read_waits = Waits::kCount;
  Waits write_waits = Waits::kCount;
};

// Any read's replicas and any write's have one in common, whatever the latencies.
bool AlwaysMeet(const StalenessInput& input);

class StalenessCurve {
 public:
  // One for each trial: from when on after its acknowledgement a read sees the
  // write. Sorted by the constructor.
  explicit StalenessCurve(std::vector<absl::Duration> visible_after);

  // 0 to 1, of a read that begins so long after the write was acknowledged.
  double ProbabilityOfStale(absl::Duration since_write) const;
  // After how long no more than this share of reads is stale.
  absl::Duration TimeUntil(double probability) const;

 private:
  std::vector<absl::Duration> visible_after_;
};

// The same input gives the same curve. INVALID_ARGUMENT BAD_STALENESS_INPUT where
// N, R, W do not fit or there are no trials; FAILED_PRECONDITION NOTHING_MEASURED
// where a histogram is empty that counts (R and S do not where nobody else is asked).
absl::StatusOr<StalenessCurve> SimulateStaleness(const WarsLatencies& latencies,
                                                 const StalenessInput& input);

}  // namespace quorate::quorum
