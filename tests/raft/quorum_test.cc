#include "raft/quorum.h"

#include <gtest/gtest.h>

namespace quorate::raft {
namespace {

Configuration Of(std::vector<uint64_t> voters, std::vector<uint64_t> outgoing = {}) {
  Configuration configuration;
  for (uint64_t voter : voters) configuration.voters.push_back(NodeId(voter));
  for (uint64_t voter : outgoing) configuration.outgoing.push_back(NodeId(voter));
  return configuration;
}

// Node n has reached values[n].
uint64_t Reached(const Configuration& configuration, const std::vector<uint64_t>& values) {
  return QuorumReached(configuration, [&](NodeId node) { return values[node.value()]; });
}

TEST(QuorumTest, IsWhatAMajorityHasReached) {
  EXPECT_EQ(Reached(Of({}), {}), 0u);
  EXPECT_EQ(Reached(Of({1}), {0, 7}), 7u);
  EXPECT_EQ(Reached(Of({1, 2}), {0, 7, 3}), 3u);
  EXPECT_EQ(Reached(Of({1, 2, 3}), {0, 7, 3, 5}), 5u);
  EXPECT_EQ(Reached(Of({1, 2, 3, 4}), {0, 9, 8, 2, 1}), 2u);
  EXPECT_EQ(Reached(Of({1, 2, 3, 4, 5}), {0, 9, 8, 2, 1, 5}), 5u);
}

TEST(QuorumTest, NeedsBothHalvesWhileJoint) {
  EXPECT_EQ(Reached(Of({1, 2, 3}, {4, 5, 6}), {0, 9, 9, 9, 2, 2, 9}), 2u);
  EXPECT_EQ(Reached(Of({1, 2, 3}, {3, 4, 5}), {0, 1, 4, 9, 9, 9}), 4u);
}

VoteResult Result(const Configuration& configuration, const std::string& votes) {
  return CountVotes(configuration, [&](NodeId node) {
    const char vote = votes[node.value() - 1];
    return vote == 'y' ? Vote::kGranted : vote == 'n' ? Vote::kRefused : Vote::kPending;
  });
}

TEST(VotesTest, AreWonByAMajorityAndLostWhenItCannotBeHadAnyMore) {
  EXPECT_EQ(Result(Of({1, 2, 3}), "y--"), VoteResult::kPending);
  EXPECT_EQ(Result(Of({1, 2, 3}), "yy-"), VoteResult::kWon);
  EXPECT_EQ(Result(Of({1, 2, 3}), "ynn"), VoteResult::kLost);
  EXPECT_EQ(Result(Of({1, 2, 3, 4}), "yynn"), VoteResult::kLost);
  EXPECT_EQ(Result(Of({}), ""), VoteResult::kLost);
}

TEST(VotesTest, NeedBothHalvesWhileJoint) {
  const Configuration joint = Of({1, 2, 3}, {4, 5, 6});
  EXPECT_EQ(Result(joint, "yy-y--"), VoteResult::kPending);
  EXPECT_EQ(Result(joint, "yy-yy-"), VoteResult::kWon);
  EXPECT_EQ(Result(joint, "yyynn-"), VoteResult::kLost);
  EXPECT_EQ(Result(joint, "nn-yyy"), VoteResult::kLost);
}

}  // namespace
}  // namespace quorate::raft
