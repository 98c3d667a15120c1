#include "quorum/quorum_predicate.h"

#include <algorithm>
#include <utility>

namespace quorate::quorum {
namespace {

bool IsMajority(const std::vector<NodeId>& replicas, absl::FunctionRef<bool(NodeId)> has) {
  const auto count = std::count_if(replicas.begin(), replicas.end(), has);
  return static_cast<size_t>(count) > replicas.size() / 2;
}

}  // namespace

QuorumPredicate MajorityOf(std::vector<NodeId> replicas) {
  return [replicas = std::move(replicas)](absl::FunctionRef<bool(NodeId)> has) {
    return IsMajority(replicas, has);
  };
}

QuorumPredicate MajorityOfBoth(std::vector<NodeId> before, std::vector<NodeId> after) {
  return
      [before = std::move(before), after = std::move(after)](absl::FunctionRef<bool(NodeId)> has) {
        return IsMajority(before, has) && IsMajority(after, has);
      };
}

}  // namespace quorate::quorum
