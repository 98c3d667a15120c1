#include "raft/quorum.h"

#include <algorithm>
#include <functional>

#include "absl/container/inlined_vector.h"

namespace quorate::raft {
namespace {

uint64_t MajorityReached(const std::vector<NodeId>& voters,
                         absl::FunctionRef<uint64_t(NodeId)> reached) {
  if (voters.empty()) return 0;
  absl::InlinedVector<uint64_t, 8> values;
  for (NodeId voter : voters) values.push_back(reached(voter));
  std::sort(values.begin(), values.end(), std::greater<>());
  return values[voters.size() / 2];
}

VoteResult MajorityVotes(const std::vector<NodeId>& voters, absl::FunctionRef<Vote(NodeId)> vote) {
  size_t granted = 0;
  size_t pending = 0;
  for (NodeId voter : voters) {
    const Vote answer = vote(voter);
    granted += answer == Vote::kGranted ? 1 : 0;
    pending += answer == Vote::kPending ? 1 : 0;
  }
  const size_t needed = voters.size() / 2 + 1;
  if (granted >= needed) return VoteResult::kWon;
  return granted + pending >= needed ? VoteResult::kPending : VoteResult::kLost;
}

}  // namespace

uint64_t QuorumReached(const Configuration& configuration,
                       absl::FunctionRef<uint64_t(NodeId)> reached) {
  const uint64_t value = MajorityReached(configuration.voters, reached);
  if (!configuration.joint()) return value;
  return std::min(value, MajorityReached(configuration.outgoing, reached));
}

VoteResult CountVotes(const Configuration& configuration, absl::FunctionRef<Vote(NodeId)> vote) {
  const VoteResult result = MajorityVotes(configuration.voters, vote);
  if (!configuration.joint() || result == VoteResult::kLost) return result;
  const VoteResult other = MajorityVotes(configuration.outgoing, vote);
  return result == VoteResult::kWon || other == VoteResult::kLost ? other : result;
}

}  // namespace quorate::raft
