#include "quorum/hints.h"

#include <gtest/gtest.h>

#include "base/error.h"

namespace quorate::quorum {
namespace {

constexpr PartitionId kPartition{7};
constexpr NodeId kReplica{2};

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
  EXPECT_EQ(hints.First(PartitionId(9)), nullptr);
  EXPECT_EQ(hints.First(kPartition)->id, first);
  EXPECT_EQ(hints.First(PartitionId(8))->id, other);
  EXPECT_TRUE(hints.Done(first));
  EXPECT_FALSE(hints.Done(first));
  EXPECT_EQ(hints.First(kPartition)->id, second);
  EXPECT_TRUE(hints.Done(second));
  EXPECT_EQ(hints.partitions(), std::set<PartitionId>{PartitionId(8)});
  EXPECT_TRUE(hints.Done(other));
  EXPECT_EQ(hints.bytes(), 0u);
}

TEST(HintsTest, AreInDoubtFromTheAskUntilTheReplicaSaysThatItIsNotDone) {
  Hints hints(1 << 20, {}, 0);
  const uint64_t id = hints.Add(Of("1"))->id;
  EXPECT_EQ(hints.Holder(kPartition), NodeId());
  hints.Hold(kPartition, kReplica);
  EXPECT_EQ(hints.Holder(kPartition), kReplica);
  EXPECT_FALSE(hints.InDoubt(kPartition));
  hints.Asked(id);
  EXPECT_TRUE(hints.InDoubt(kPartition));
  hints.NotDone(id);
  EXPECT_FALSE(hints.InDoubt(kPartition));
}

TEST(HintsTest, AfterARestartAnyMayHaveBeenDoneByTheHolder) {
  Hints hints(1 << 20, {}, 0);
  const Hint first = *hints.Add(Of("1"));
  const Hint second = *hints.Add(Of("2"));
  Hints again(1 << 20, {first, second}, 9);
  again.DoubtAll(kPartition, kReplica);
  again.DoubtAll(PartitionId(8), kReplica);
  EXPECT_EQ(again.Holder(kPartition), kReplica);
  EXPECT_TRUE(again.InDoubt(kPartition));
  again.Done(first.id);
  EXPECT_TRUE(again.InDoubt(kPartition));
  again.Hold(kPartition, NodeId(3));
  EXPECT_FALSE(again.InDoubt(kPartition)) << "nobody was asked that is asked now";
}

TEST(HintsTest, OneThatIsPutOffGoesBehindTheOthersUnderANewNumber) {
  Hints hints(1 << 20, {}, 0);
  const uint64_t first = hints.Add(Of("1"))->id;
  const uint64_t second = hints.Add(Of("2"))->id;
  const uint64_t bytes = hints.bytes();
  const Hint* later = hints.PutOff(first);
  ASSERT_NE(later, nullptr);
  EXPECT_GT(later->id, second);
  EXPECT_EQ(later->command, "1");
  EXPECT_EQ(hints.First(kPartition)->id, second);
  EXPECT_EQ(hints.Find(first), nullptr);
  EXPECT_EQ(hints.bytes(), bytes);
  EXPECT_EQ(hints.PutOff(first), nullptr);
  const uint64_t id = later->id;
  hints.Done(second);
  hints.Hold(kPartition, kReplica);
  EXPECT_NE(hints.PutOff(id), nullptr) << "the only one";
  EXPECT_EQ(hints.Holder(kPartition), kReplica);
}

TEST(HintsTest, AreRefusedOverTheLimitAndTakenAgainWhenThereIsRoom) {
  Hints hints(170, {}, 0);
  const uint64_t id = hints.Add(Of(std::string(100, 'v')))->id;
  EXPECT_EQ(ReasonOf(hints.Add(Of("more")).status()), "HINTS_FULL");
  hints.Done(id);
  EXPECT_TRUE(hints.Add(Of("more")).ok());
}

TEST(HintsTest, SurviveARestartUnderTheirNumbers) {
  Hints hints(1 << 20, {}, 0);
  Hint hint = *hints.Add(Of("v"));
  hint.session = "seen";
  hint.at_us = 5;
  EXPECT_EQ(*DecodeHint(EncodeHint(hint)), hint) << "of an earlier build";
  hint.life = Boot(7);
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
