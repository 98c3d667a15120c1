#include "raft/durability.h"

#include <gtest/gtest.h>

namespace quorate::raft {
namespace {

TEST(DurabilityTest, CountsEntriesOnlyWhenTheirWriteCompletes) {
  Durability durability{HardState(), LogIndex()};
  const PersistId first = durability.HandOut(HardState{Term(1), NodeId(1)}, LogIndex(2));
  const PersistId second = durability.HandOut(std::nullopt, LogIndex(5));
  EXPECT_EQ(durability.handed_out(), LogIndex(5));
  EXPECT_EQ(durability.index(), LogIndex());
  durability.Complete(first);
  EXPECT_EQ(durability.index(), LogIndex(2));
  EXPECT_EQ(durability.hard_state(), (HardState{Term(1), NodeId(1)}));
  EXPECT_EQ(durability.oldest(), second);
  durability.Complete(second);
  EXPECT_EQ(durability.index(), LogIndex(5));
  EXPECT_EQ(durability.oldest(), std::nullopt);
}

TEST(DurabilityTest, ALaterCompletionCoversTheEarlier) {
  Durability durability{HardState(), LogIndex()};
  durability.HandOut(HardState{Term(2), NodeId(3)}, LogIndex(4));
  durability.Complete(durability.HandOut(std::nullopt, LogIndex(4)));
  EXPECT_EQ(durability.index(), LogIndex(4));
  EXPECT_EQ(durability.hard_state().term, Term(2));
}

TEST(DurabilityTest, AnOldCompletionDoesNotCountForWhatTookItsIndex) {
  Durability durability{HardState(), LogIndex()};
  const PersistId old = durability.HandOut(std::nullopt, LogIndex(5));
  durability.Truncated(LogIndex(3));  // 3..5 are replaced
  EXPECT_EQ(durability.handed_out(), LogIndex(2));
  const PersistId replacing = durability.HandOut(std::nullopt, LogIndex(5));
  durability.Complete(old);
  EXPECT_EQ(durability.index(), LogIndex(2));
  durability.Complete(replacing);
  EXPECT_EQ(durability.index(), LogIndex(5));
}

TEST(DurabilityTest, TruncationTakesBackWhatWasDurable) {
  Durability durability{HardState(), LogIndex(7)};
  durability.Truncated(LogIndex(4));
  EXPECT_EQ(durability.index(), LogIndex(3));
}

TEST(DurabilityTest, ASnapshotStandsInForTheLog) {
  Durability durability{HardState(), LogIndex(2)};
  const PersistId old = durability.HandOut(std::nullopt, LogIndex(30));
  durability.ResetTo(LogIndex(20));
  EXPECT_EQ(durability.index(), LogIndex(20));
  durability.Complete(old);
  EXPECT_EQ(durability.index(), LogIndex(20));
}

}  // namespace
}  // namespace quorate::raft
