#include "raft/move.h"

#include <algorithm>
#include <iterator>

namespace quorate::raft {
namespace {

std::vector<NodeId> Missing(const std::vector<NodeId>& of, const std::vector<NodeId>& in) {
  std::vector<NodeId> missing;
  std::set_difference(of.begin(), of.end(), in.begin(), in.end(), std::back_inserter(missing));
  return missing;
}

}  // namespace

std::optional<MembershipChange> ComputeNextChange(const Configuration& now, const Move& move,
                                                  const std::set<NodeId>& filled) {
  if (move.asked == 0 || now.joint() || now.asked > move.asked || IsDone(now, move)) {
    return std::nullopt;
  }
  const std::vector<NodeId> newcomers = Missing(move.members, now.voters);
  const bool all_filled = std::all_of(newcomers.begin(), newcomers.end(), [&](NodeId node) {
    return now.IsLearner(node) && filled.contains(node);
  });
  if (all_filled) return MembershipChange{move.members, {}, move.asked};
  if (now.learners == newcomers) return std::nullopt;
  return MembershipChange{now.voters, newcomers, move.asked};
}

bool IsDone(const Configuration& now, const Move& move) {
  return !now.joint() && now.asked == move.asked && now.voters == move.members &&
         now.learners.empty();
}

}  // namespace quorate::raft
