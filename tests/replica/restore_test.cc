#include "replica/restore.h"

#include <gtest/gtest.h>

#include "base/error.h"

namespace quorate {
namespace {

const raft::Configuration kInitial{{NodeId(1), NodeId(2), NodeId(3)}, {}, {}, {}};

LogEntry Entry(uint64_t term, uint64_t index) {
  return LogEntry{Term(term), LogIndex(index), EntryKind::kCommand, Payload("x")};
}

kv::AppliedState Applied(uint64_t index, uint64_t term) {
  return kv::AppliedState{LogIndex(index), Term(term), index, raft::EncodeConfiguration(kInitial)};
}

RecoveredGroup Log(uint64_t base, uint64_t base_term, std::vector<LogEntry> entries) {
  return RecoveredGroup{PartitionId(7), HardState{Term(5), NodeId(2)},
                        LogBase{LogIndex(base), Term(base_term)}, std::move(entries)};
}

TEST(RestoreTest, AFreshGroupStartsWithItsFirstMembers) {
  const auto plan = ComputeRestore(kv::AppliedState{}, nullptr, kInitial);
  ASSERT_TRUE(plan.ok());
  EXPECT_EQ(plan->restored.base.configuration, kInitial);
  EXPECT_EQ(plan->restored.applied, LogIndex());
  EXPECT_FALSE(plan->reset_log);
}

TEST(RestoreTest, EntriesBehindTheAppliedPositionAreKeptForReplay) {
  RecoveredGroup log = Log(1, 1, {Entry(1, 2), Entry(2, 3), Entry(2, 4)});
  const auto plan = ComputeRestore(Applied(3, 2), &log, kInitial);
  ASSERT_TRUE(plan.ok());
  EXPECT_EQ(plan->restored.base.index, LogIndex(1));
  EXPECT_EQ(plan->restored.entries.size(), 3u);
  EXPECT_EQ(plan->restored.applied, LogIndex(3));
  EXPECT_EQ(plan->restored.hard_state.vote, NodeId(2));
  EXPECT_FALSE(plan->reset_log);
}

TEST(RestoreTest, ASnapshotBeyondTheLogRestartsTheLog) {
  RecoveredGroup log = Log(0, 0, {Entry(1, 1), Entry(1, 2)});
  const auto plan = ComputeRestore(Applied(20, 4), &log, kInitial);
  ASSERT_TRUE(plan.ok());
  EXPECT_TRUE(plan->reset_log);
  EXPECT_EQ(plan->restored.base.index, LogIndex(20));
  EXPECT_EQ(plan->restored.base.term, Term(4));
  EXPECT_TRUE(plan->restored.entries.empty());
}

TEST(RestoreTest, ALogThatDiffersAtTheSnapshotsPositionIsDropped) {
  RecoveredGroup log = Log(0, 0, {Entry(1, 1), Entry(1, 2), Entry(1, 3)});
  const auto plan = ComputeRestore(Applied(2, 3), &log, kInitial);
  ASSERT_TRUE(plan.ok());
  EXPECT_TRUE(plan->reset_log);
  EXPECT_TRUE(plan->restored.entries.empty());
}

TEST(RestoreTest, TheTermNeverLiesBelowTheStates) {
  RecoveredGroup log = Log(0, 0, {Entry(1, 1)});
  const auto plan = ComputeRestore(Applied(9, 8), &log, kInitial);
  ASSERT_TRUE(plan.ok());
  EXPECT_EQ(plan->restored.hard_state, (HardState{Term(8), NodeId()}));
}

// What is applied was in the log on disk, unless a snapshot brought it.
TEST(RestoreTest, AStateAheadOfItsLogByMoreThanASnapshotIsRefused) {
  for (const uint64_t applied : {3, 20}) {
    RecoveredGroup log = Log(0, 0, {Entry(1, 1), Entry(1, 2)});
    kv::AppliedState state = Applied(applied, 4);
    state.by_entries = true;
    const auto plan = ComputeRestore(state, &log, kInitial);
    EXPECT_EQ(ReasonOf(plan.status()), "LOG_TAIL_LOST");
    EXPECT_TRUE(absl::IsDataLoss(plan.status()));
    EXPECT_EQ(ReasonOf(ComputeRestore(state, nullptr, kInitial).status()), "LOG_TAIL_LOST")
        << "the log does not know the group at all";
  }
}

TEST(RestoreTest, AStateByEntriesWithinItsLogIsReplayedAsEver) {
  RecoveredGroup log = Log(1, 1, {Entry(1, 2), Entry(2, 3)});
  kv::AppliedState state = Applied(3, 2);
  state.by_entries = true;
  EXPECT_TRUE(ComputeRestore(state, &log, kInitial).ok());
}

TEST(RestoreTest, AStateBehindItsLogIsRefusedWithTheWayOut) {
  RecoveredGroup log = Log(10, 2, {Entry(2, 11)});
  const auto plan = ComputeRestore(Applied(4, 1), &log, kInitial);
  EXPECT_EQ(ReasonOf(plan.status()), "STATE_BEHIND_LOG");
  EXPECT_TRUE(absl::IsDataLoss(plan.status()));
}

}  // namespace
}  // namespace quorate
