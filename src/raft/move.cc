#include "raft/move.h"

#include <algorithm>
#include <vector>

namespace quorate::raft {
namespace {

bool In(const std::vector<NodeId>& nodes, NodeId node) {
  return std::find(nodes.begin(), nodes.end(), node) != nodes.end();
}

}  // namespace

std::optional<MembershipChange> ComputeNextChange(const Configuration& now, const Move& move,
                                                  bool filled) {
  if (move.asked == 0 || now.joint() || now.asked > move.asked || IsDone(now, move)) {
    return std::nullopt;
  }
  MembershipChange next{now.voters, now.learners, move.asked};
  if (move.joining && !now.Contains(move.joining)) {
    next.learners.push_back(move.joining);
    return next;
  }
  if (move.joining && !In(now.voters, move.joining)) {
    if (!filled) return std::nullopt;
    std::erase(next.learners, move.joining);
    next.voters.push_back(move.joining);
  }
  std::erase(next.voters, move.leaving);
  std::erase(next.learners, move.leaving);
  return next;
}

bool IsDone(const Configuration& now, const Move& move) {
  if (now.joint() || now.asked != move.asked) return false;
  return (!move.joining || In(now.voters, move.joining)) && !now.Contains(move.leaving);
}

}  // namespace quorate::raft
