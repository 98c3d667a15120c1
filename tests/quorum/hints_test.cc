#include "quorum/hints.h"

#include <gtest/gtest.h>

#include "base/error.h"

namespace quorate::quorum {
namespace {

constexpr PartitionId kPartition{7};
constexpr Identity kReplica{NodeId(2), Boot(1)};

Change Value(const std::string& value) {
  Change change;
  change.argument = value;
  return change;
}

TEST(HintsTest, AreHandedOverInTheOrderTheyCameAndEachToOneReplica) {
  Hints hints(1 << 20, {}, 0);
  const uint64_t first = hints.Add(kPartition, "k", Value("1"))->id;
  const uint64_t second = hints.Add(kPartition, "k", Value("2"))->id;
  EXPECT_EQ(hints.HandTo(kReplica, PartitionId(8)), nullptr);
  EXPECT_EQ(hints.HandTo(kReplica, kPartition)->id, first);
  EXPECT_EQ(hints.HandTo({NodeId(3), Boot(1)}, kPartition)->id, second);
  EXPECT_EQ(hints.HandTo(kReplica, kPartition), nullptr);
  EXPECT_TRUE(hints.Coordinated(first));
  EXPECT_FALSE(hints.Coordinated(first));
  EXPECT_TRUE(hints.Coordinated(second));
  EXPECT_EQ(hints.bytes(), 0u);
}

TEST(HintsTest, GoToAnotherReplicaOnlyWhenTheFirstCannotHaveThemAnyMore) {
  Hints hints(1 << 20, {}, 0);
  const uint64_t id = hints.Add(kPartition, "k", Value("1"))->id;
  hints.HandTo(kReplica, kPartition);
  hints.Lives(kReplica);
  EXPECT_EQ(hints.HandTo({NodeId(3), Boot(1)}, kPartition), nullptr);
  hints.Lives({kReplica.node, Boot(2)});
  ASSERT_NE(hints.HandTo({NodeId(3), Boot(1)}, kPartition), nullptr);
  hints.Refused(id);
  EXPECT_NE(hints.HandTo(kReplica, kPartition), nullptr);
}

TEST(HintsTest, AreRefusedOverTheLimitAndTakenAgainWhenThereIsRoom) {
  Hints hints(200, {}, 0);
  const uint64_t id = hints.Add(kPartition, "k", Value(std::string(100, 'v')))->id;
  EXPECT_EQ(ReasonOf(hints.Add(kPartition, "k", Value("more")).status()), "HINTS_FULL");
  hints.Coordinated(id);
  EXPECT_TRUE(hints.Add(kPartition, "k", Value("more")).ok());
}

TEST(HintsTest, SurviveARestartUnderTheirNumbers) {
  Hints hints(1 << 20, {}, 0);
  Hint hint = *hints.Add(kPartition, "k", Value("v"));
  hint.change.context = "context";
  hint.change.expires_at_us = 5;
  const absl::StatusOr<Hint> read = DecodeHint(EncodeHint(hint));
  ASSERT_TRUE(read.ok());
  EXPECT_EQ(*read, hint);
  Hints again(1 << 20, {*read}, 9);
  EXPECT_EQ(again.size(), 1u);
  EXPECT_EQ(again.Add(kPartition, "k", Value("w"))->id, 10u);
  EXPECT_EQ(ReasonOf(DecodeHint(EncodeHint(hint).substr(0, 8)).status()), "HINT_DAMAGED");
}

}  // namespace
}  // namespace quorate::quorum
