// What came with which protocol version, and may be used once the cluster has agreed
// on that: a node asks the topology (Topology::Active), never its own build.
#pragma once

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <string_view>

#include "base/protocol_version.h"

namespace quorate {

struct Feature {
  std::string_view name;
  uint32_t since = 0;  // the protocol version
};

// Frames between nodes end with a checksum of all that is before it.
inline constexpr Feature kSealedFrames{"sealed-frames", 2};

// Replicas of mode quorum move: what they tell each other and keep then names the epoch
// of their members.
inline constexpr Feature kLeaderlessMoves{"leaderless-moves", 2};

// Blind writes of mode quorum that come together are told to other replicas, and logged, as
// one run.
inline constexpr Feature kWriteRuns{"write-runs", 3};

inline constexpr Feature kFeatures[] = {kSealedFrames, kLeaderlessMoves, kWriteRuns};

static_assert(std::all_of(std::begin(kFeatures), std::end(kFeatures), [](const Feature& feature) {
  return feature.since > 1 && feature.since <= kProtocolVersion;
}));

}  // namespace quorate
