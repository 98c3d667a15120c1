#include "quorum/hints.h"

#include <gtest/gtest.h>

#include "base/error.h"

namespace quorate::quorum {
namespace {

constexpr PartitionId kPartition{7};
constexpr Identity kReplica{NodeId(2), Boot(1)};

Hint Of(const std::string& command, PartitionId partition = kPartition) {
  Hint hint;
  hint.partition = partition;
  hint.command = command;
  return hint;
}

TEST(HintsTest, AreHandedOverOneByOneInTheOrderTheyCame) {
  Hints hints(1 << 20, {}, 0);
  const uint64_t first = hints.Add(Of("1"))->id;
  const uint64_t other = hints.Add(Of("other", PartitionId(8)))->id;
  const uint64_t second = hints.Add(Of("2"))->id;
  EXPECT_EQ(hints.HandTo(kReplica, PartitionId(9)), nullptr);
  EXPECT_EQ(hints.HandTo(kReplica, kPartition)->id, first);
  EXPECT_EQ(hints.HandTo(kReplica, PartitionId(8))->id, other);
  EXPECT_TRUE(hints.Coordinated(first));
  EXPECT_FALSE(hints.Coordinated(first));
  EXPECT_EQ(hints.HandTo(kReplica, kPartition)->id, second);
  EXPECT_TRUE(hints.Coordinated(second));
  EXPECT_EQ(hints.partitions(), std::set<PartitionId>{PartitionId(8)});
  EXPECT_TRUE(hints.Coordinated(other));
  EXPECT_EQ(hints.bytes(), 0u);
}

TEST(HintsTest, GoToAnotherReplicaOnlyWhenTheFirstCannotHaveThemAnyMore) {
  Hints hints(1 << 20, {}, 0);
  const uint64_t id = hints.Add(Of("1"))->id;
  hints.HandTo(kReplica, kPartition);
  hints.Lives(kReplica);
  EXPECT_EQ(hints.HandTo({NodeId(3), Boot(1)}, kPartition), nullptr);
  EXPECT_EQ(hints.Holder(kPartition), kReplica);
  EXPECT_EQ(hints.HandTo(kReplica, kPartition)->id, id) << "it knows the number";
  hints.Lives({kReplica.node, Boot(2)});
  ASSERT_NE(hints.HandTo({NodeId(3), Boot(1)}, kPartition), nullptr);
  hints.Refused(id);
  EXPECT_EQ(hints.Holder(kPartition), std::nullopt);
  EXPECT_NE(hints.HandTo(kReplica, kPartition), nullptr);
}

TEST(HintsTest, AreRefusedOverTheLimitAndTakenAgainWhenThereIsRoom) {
  Hints hints(170, {}, 0);
  const uint64_t id = hints.Add(Of(std::string(100, 'v')))->id;
  EXPECT_EQ(ReasonOf(hints.Add(Of("more")).status()), "HINTS_FULL");
  hints.Coordinated(id);
  EXPECT_TRUE(hints.Add(Of("more")).ok());
}

TEST(HintsTest, SurviveARestartUnderTheirNumbers) {
  Hints hints(1 << 20, {}, 0);
  Hint hint = *hints.Add(Of("v"));
  hint.session = "seen";
  hint.at_us = 5;
  const absl::StatusOr<Hint> read = DecodeHint(EncodeHint(hint));
  ASSERT_TRUE(read.ok());
  EXPECT_EQ(*read, hint);
  Hints again(1 << 20, {*read}, 9);
  EXPECT_EQ(again.size(), 1u);
  EXPECT_EQ(again.Add(Of("w"))->id, 10u);
  EXPECT_EQ(ReasonOf(DecodeHint(EncodeHint(hint).substr(0, 8)).status()), "HINT_DAMAGED");
}

}  // namespace
}  // namespace quorate::quorum
