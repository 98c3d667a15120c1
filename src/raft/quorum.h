// Arithmetic of majorities, single and joint.
#pragma once

#include <cstdint>
#include <vector>

#include "absl/functional/function_ref.h"
#include "base/ids.h"
#include "raft/configuration.h"

namespace quorate::raft {

// The largest value that a majority of `voters` (and of `outgoing`, while
// joint) has reached. `reached` tells a voter's value. Nobody votes: zero.
uint64_t QuorumReached(const Configuration& configuration,
                       absl::FunctionRef<uint64_t(NodeId)> reached);

enum class Vote : uint8_t { kPending, kGranted, kRefused };
enum class VoteResult : uint8_t { kPending, kWon, kLost };

// Lost as soon as the votes still out cannot win it.
VoteResult CountVotes(const Configuration& configuration, absl::FunctionRef<Vote(NodeId)> vote);

}  // namespace quorate::raft
