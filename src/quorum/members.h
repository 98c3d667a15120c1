// Who keeps a partition. While a replica moves there are two sets of them: those of
// before, and those with `joining` in the place of `leaving`; all that is counted is
// counted in both. docs/architecture.md, "Leaderless replicas that move".
#pragma once

#include <string>
#include <vector>

#include "base/ids.h"
#include "base/level.h"
#include "quorum/nodes.h"

namespace quorate::quorum {

struct Member {
  NodeId node;
  std::string zone;
  friend bool operator==(const Member&, const Member&) = default;
};

struct Members {
  // In which it became so; zero: from the beginning. Replicas that are not in the same
  // one do not talk to each other.
  Epoch epoch;
  std::vector<Member> replicas;
  Member joining;  // being filled, not in `replicas`; zero: none
  NodeId leaving;  // one of `replicas`; zero: none
  friend bool operator==(const Members&, const Members&) = default;

  bool moving() const { return joining.node || leaving; }
  // `joining` too.
  bool Contains(NodeId node) const;
  std::vector<Member> All() const;
  // As they will be.
  std::vector<Member> After() const;
  // Empty: it is none of them.
  std::string ZoneOf(NodeId node) const;
};

// Whether `nodes` are enough for `level` at a coordinator in `zone`, in both sets. Of a
// set without that zone one is asked for.
bool Enough(Level level, const Members& members, const std::string& zone, const Nodes& nodes);
// Likewise in the set to be alone.
bool EnoughAfter(Level level, const Members& members, const std::string& zone, const Nodes& nodes);

// Whether one of `nodes` is in each quorum of the replicas of before, and in each local one
// of that zone. Who is the only one of its zone makes such a one alone, and is not asked for.
bool MeetsOldQuorums(const Members& members, const std::string& zone, const Nodes& nodes);

}  // namespace quorate::quorum
