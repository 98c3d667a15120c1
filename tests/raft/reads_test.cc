#include "raft/reads.h"

#include <gtest/gtest.h>

namespace quorate::raft {
namespace {

TEST(LeaderReadsTest, ARoundConfirmsItsReadsAndThoseBefore) {
  LeaderReads reads;
  reads.Ask({NodeId(), 1});
  reads.BeginRound(LogIndex(5));
  reads.Ask({NodeId(2), 2});
  reads.BeginRound(LogIndex(8));
  EXPECT_TRUE(reads.Confirm(0).empty());
  const auto first = reads.Confirm(1);
  ASSERT_EQ(first.size(), 1u);
  EXPECT_EQ(first[0].index, LogIndex(5));
  EXPECT_EQ(first[0].reads[0].id, 1u);
  EXPECT_EQ(reads.Confirm(2).size(), 1u);
  EXPECT_TRUE(reads.empty());
}

TEST(LeaderReadsTest, NeverUsesARoundTwice) {
  LeaderReads reads;
  reads.Ask({NodeId(), 1});
  reads.BeginRound(LogIndex(5));
  const uint64_t round = reads.round();
  reads.FailAll();
  reads.Ask({NodeId(), 2});
  reads.BeginRound(LogIndex(5));
  EXPECT_GT(reads.round(), round);
  EXPECT_TRUE(reads.Confirm(round).empty());
}

TEST(LeaderReadsTest, GivesUpItsOwnReadsOnly) {
  LeaderReads reads;
  reads.Ask({NodeId(), 1});
  reads.Ask({NodeId(2), 9});
  reads.BeginRound(LogIndex(5));
  reads.Ask({NodeId(), 3});
  const auto failed = reads.FailAll();
  ASSERT_EQ(failed.size(), 2u);
  EXPECT_EQ(failed[0].read_id, 1u);
  EXPECT_EQ(failed[1].read_id, 3u);
}

TEST(ForwardedReadsTest, ShareAQuestionAndItsAnswer) {
  ForwardedReads reads(100);
  reads.Ask(1);
  reads.Ask(2);
  const uint64_t context = reads.BeginAsking(5);
  EXPECT_EQ(reads.Answered(context + 1), std::vector<uint64_t>());
  EXPECT_EQ(reads.Answered(context), (std::vector<uint64_t>{1, 2}));
  EXPECT_EQ(reads.Answered(context), std::vector<uint64_t>()) << "an answer that came twice";
}

TEST(ForwardedReadsTest, AreGivenUpInTime) {
  ForwardedReads reads(1);
  reads.Ask(7);
  reads.BeginAsking(2);
  EXPECT_TRUE(reads.Tick().empty());
  EXPECT_EQ(reads.Tick().size(), 1u);
  EXPECT_TRUE(reads.empty());
}

}  // namespace
}  // namespace quorate::raft
