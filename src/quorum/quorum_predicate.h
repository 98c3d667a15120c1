// Whether a set of replicas makes a quorum: all that a coordinator needs to know
// of its partition's configuration, joint or not.
#pragma once

#include <functional>
#include <vector>

#include "absl/functional/function_ref.h"
#include "base/ids.h"

namespace quorate::quorum {

// `has` tells who is in the set.
using QuorumPredicate = std::function<bool(absl::FunctionRef<bool(NodeId)> has)>;

QuorumPredicate MajorityOf(std::vector<NodeId> replicas);
// While a replica moves: a majority of the old set and one of the new.
QuorumPredicate MajorityOfBoth(std::vector<NodeId> before, std::vector<NodeId> after);

}  // namespace quorate::quorum
