#include "raft/move.h"

#include <gtest/gtest.h>

#include <set>

#include "raft/membership.h"

namespace quorate::raft {
namespace {

std::vector<NodeId> N(std::vector<uint64_t> numbers) {
  std::vector<NodeId> nodes;
  for (uint64_t number : numbers) nodes.push_back(NodeId(number));
  return nodes;
}

Configuration Voters(std::vector<uint64_t> voters) { return {N(voters), {}, {}, {}}; }

const Move kFourForThree{N({1, 2, 4}), 7};

// All the way, newcomers being filled at once.
Configuration Carry(Configuration from, const Move& move) {
  const std::set<NodeId> filled(move.members.begin(), move.members.end());
  while (const auto change = ComputeNextChange(from, move, filled)) {
    from = ComputeEntered(from, *change);
    if (from.joint()) from = ComputeLeft(from);
  }
  return from;
}

TEST(MoveTest, TheNewcomerListensBeforeItVotes) {
  const auto change = ComputeNextChange(Voters({1, 2, 3}), kFourForThree, {NodeId(4)});
  ASSERT_TRUE(change);
  EXPECT_EQ(change->voters, N({1, 2, 3}));
  EXPECT_EQ(change->learners, N({4}));
}

TEST(MoveTest, ItVotesOnlyOnceItIsFilledAndThenTheOtherGoesInTheSameStep) {
  const Configuration listening{N({1, 2, 3}), {}, N({4}), {}, 7};
  EXPECT_FALSE(ComputeNextChange(listening, kFourForThree, {}));
  const auto change = ComputeNextChange(listening, kFourForThree, {NodeId(4)});
  ASSERT_TRUE(change);
  EXPECT_EQ(change->voters, N({1, 2, 4}));
  EXPECT_TRUE(change->learners.empty());
}

TEST(MoveTest, IsDoneWhenTheMembersAreThoseAskedForAndNotOnTheWayThere) {
  const Configuration joint{N({1, 2, 4}), N({1, 2, 3}), {}, {}, 7};
  EXPECT_FALSE(IsDone(joint, kFourForThree));
  EXPECT_FALSE(ComputeNextChange(joint, kFourForThree, {NodeId(4)}));
  EXPECT_TRUE(IsDone(ComputeLeft(joint), kFourForThree));
  EXPECT_FALSE(ComputeNextChange(ComputeLeft(joint), kFourForThree, {NodeId(4)}));
}

TEST(MoveTest, WhoKnowsAnOlderWishDoesNotUndoALaterOne) {
  const Configuration later{N({1, 2, 3}), {}, {}, {}, 9};
  EXPECT_FALSE(ComputeNextChange(later, kFourForThree, {NodeId(4)}));
  EXPECT_FALSE(IsDone(later, kFourForThree));
}

TEST(MoveTest, GrowsAndShrinks) {
  EXPECT_EQ(Carry(Voters({1, 2}), {N({1, 2, 3}), 5}).voters, N({1, 2, 3}));
  EXPECT_EQ(Carry(Voters({1, 2, 3}), {N({2, 3}), 5}).voters, N({2, 3}));
  EXPECT_EQ(Carry(Voters({1}), {N({2}), 5}).voters, N({2}));
}

TEST(MoveTest, ANewcomerThatIsGivenUpListensNoMore) {
  const Configuration listening{N({1, 2, 3}), {}, N({4}), {}, 7};
  const Configuration without = Carry(listening, {N({1, 2, 3}), 8});
  EXPECT_EQ(without, (Configuration{N({1, 2, 3}), {}, {}, {}, 8}));
}

// 4 was to come for 3, and died: before it listened, while it did, and when it had just
// become a voter.
TEST(MoveTest, WhoeverWasGivenUpIsNoMemberWhereverTheMoveWas) {
  const Move back{N({1, 2, 3}), 8};
  const Configuration done{N({1, 2, 3}), {}, {}, {}, 8};
  EXPECT_EQ(Carry(Voters({1, 2, 3}), back), done);
  EXPECT_EQ(Carry({N({1, 2, 3}), {}, N({4}), {}, 7}, back), done);
  EXPECT_EQ(Carry({N({1, 2, 4}), {}, {}, {}, 7}, back), done);
  const Move another{N({1, 2, 5}), 8};
  EXPECT_EQ(Carry({N({1, 2, 4}), {}, {}, {}, 7}, another).voters, N({1, 2, 5}));
}

TEST(MoveTest, ANewcomerIsTakenInWhileAnotherIsGivenUp) {
  const Configuration listening{N({1, 2, 3}), {}, N({4}), {}, 7};
  const auto change = ComputeNextChange(listening, {N({1, 2, 5}), 8}, {NodeId(4)});
  ASSERT_TRUE(change);
  EXPECT_EQ(change->voters, N({1, 2, 3}));
  EXPECT_EQ(change->learners, N({5}));
}

TEST(MoveTest, TheWishIsInTheBytesOfAConfigurationAndNothingElseOfThoseBefore) {
  const Configuration asked{N({1, 2}), {}, N({4}), {}, 300};
  EXPECT_EQ(*DecodeConfiguration(EncodeConfiguration(asked)), asked);
  const std::string before = EncodeConfiguration(Voters({1, 2}));
  EXPECT_EQ(before.front(), 1);
  EXPECT_EQ(*DecodeConfiguration(before), Voters({1, 2}));
}

}  // namespace
}  // namespace quorate::raft
