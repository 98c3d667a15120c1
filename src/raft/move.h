// From the members that there are to those that are wanted: which change comes next on
// the way. A newcomer listens until it has nearly all, so that it is no voter on which a
// majority waits.
// Source: Ongaro, "Consensus: Bridging Theory and Practice", sections 4.2.1 and 4.3.
#pragma once

#include <optional>
#include <set>
#include <vector>

#include "base/ids.h"
#include "raft/configuration.h"

namespace quorate::raft {

struct Move {
  std::vector<NodeId> members;  // who is to vote, and nobody else to be a member; by id
  uint64_t asked = 0;           // rises from move to move of a group; zero: there is none
};

// `filled`: the newcomers that have nearly all. nullopt: nothing can be done now, for it
// is done, or under way, or newcomers are not filled, or the members follow a later wish
// than `move`.
std::optional<MembershipChange> ComputeNextChange(const Configuration& now, const Move& move,
                                                  const std::set<NodeId>& filled);

// True if the members are those of the move, and not on the way there.
bool IsDone(const Configuration& now, const Move& move);

}  // namespace quorate::raft
