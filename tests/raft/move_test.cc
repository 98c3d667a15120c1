#include "raft/move.h"

#include <gtest/gtest.h>

#include "raft/membership.h"

namespace quorate::raft {
namespace {

std::vector<NodeId> N(std::vector<uint64_t> numbers) {
  std::vector<NodeId> nodes;
  for (uint64_t number : numbers) nodes.push_back(NodeId(number));
  return nodes;
}

Configuration Voters(std::vector<uint64_t> voters) { return {N(voters), {}, {}, {}}; }

const Move kFourForThree{NodeId(4), NodeId(3), 7};

// All the way, the newcomer being filled at once.
Configuration Carry(Configuration from, const Move& move) {
  while (const auto change = ComputeNextChange(from, move, /*filled=*/true)) {
    from = ComputeEntered(from, *change);
    if (from.joint()) from = ComputeLeft(from);
  }
  return from;
}

TEST(MoveTest, TheNewcomerListensBeforeItVotes) {
  const auto change = ComputeNextChange(Voters({1, 2, 3}), kFourForThree, /*filled=*/true);
  ASSERT_TRUE(change);
  EXPECT_EQ(change->voters, N({1, 2, 3}));
  EXPECT_EQ(change->learners, N({4}));
}

TEST(MoveTest, ItVotesOnlyOnceItIsFilledAndThenTheOtherGoesInTheSameStep) {
  const Configuration listening{N({1, 2, 3}), {}, N({4}), {}, 7};
  EXPECT_FALSE(ComputeNextChange(listening, kFourForThree, /*filled=*/false));
  const auto change = ComputeNextChange(listening, kFourForThree, /*filled=*/true);
  ASSERT_TRUE(change);
  EXPECT_EQ(change->voters, N({1, 2, 4}));
  EXPECT_TRUE(change->learners.empty());
}

TEST(MoveTest, IsDoneWhenTheMembersAreThoseAskedForAndNotOnTheWayThere) {
  const Configuration joint{N({1, 2, 4}), N({1, 2, 3}), {}, {}, 7};
  EXPECT_FALSE(IsDone(joint, kFourForThree));
  EXPECT_FALSE(ComputeNextChange(joint, kFourForThree, true));
  EXPECT_TRUE(IsDone(ComputeLeft(joint), kFourForThree));
  EXPECT_FALSE(ComputeNextChange(ComputeLeft(joint), kFourForThree, true));
}

TEST(MoveTest, WhoKnowsAnOlderWishDoesNotUndoALaterOne) {
  const Configuration later{N({1, 2, 3}), {}, {}, {}, 9};
  EXPECT_FALSE(ComputeNextChange(later, kFourForThree, true));
  EXPECT_FALSE(IsDone(later, kFourForThree));
}

TEST(MoveTest, GrowsAndShrinks) {
  EXPECT_EQ(Carry(Voters({1, 2}), {NodeId(3), NodeId(), 5}).voters, N({1, 2, 3}));
  EXPECT_EQ(Carry(Voters({1, 2, 3}), {NodeId(), NodeId(1), 5}).voters, N({2, 3}));
  EXPECT_EQ(Carry(Voters({1}), {NodeId(2), NodeId(1), 5}).voters, N({2}));
}

TEST(MoveTest, ANewcomerThatIsGivenUpListensNoMore) {
  const Configuration listening{N({1, 2, 3}), {}, N({4}), {}, 7};
  const Configuration without = Carry(listening, {NodeId(), NodeId(4), 8});
  EXPECT_EQ(without, (Configuration{N({1, 2, 3}), {}, {}, {}, 8}));
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
