#include "raft/progress.h"

#include <gtest/gtest.h>

namespace quorate::raft {
namespace {

TEST(InFlightTest, IsFullByCountOrByBytes) {
  InFlight by_count(2, 1000);
  by_count.Add(LogIndex(1), 10);
  EXPECT_FALSE(by_count.full());
  by_count.Add(LogIndex(2), 10);
  EXPECT_TRUE(by_count.full());
  InFlight by_bytes(100, 50);
  by_bytes.Add(LogIndex(9), 60);
  EXPECT_TRUE(by_bytes.full());
  by_bytes.FreeTo(LogIndex(8));
  EXPECT_TRUE(by_bytes.full());
  by_bytes.FreeTo(LogIndex(9));
  EXPECT_EQ(by_bytes.bytes(), 0u);
}

Config Tight() {
  Config config;
  config.self = NodeId(1);
  config.in_flight_appends_max = 1;
  return config;
}

TEST(ProgressTest, ProbesOneAppendAtATime) {
  Progress peer(NodeId(2), LogIndex(5), Tight());
  ASSERT_TRUE(peer.CanAppend());
  peer.Sent(LogIndex(7), 10);
  EXPECT_FALSE(peer.CanAppend());
  EXPECT_EQ(peer.next, LogIndex(5)) << "a probe does not run ahead";
}

TEST(ProgressTest, ReplicatesAheadOfTheAnswers) {
  Progress peer(NodeId(2), LogIndex(5), Tight());
  peer.Matched(LogIndex(4));
  peer.BecomeReplicate();
  peer.Sent(LogIndex(7), 10);
  EXPECT_EQ(peer.next, LogIndex(8));
  EXPECT_FALSE(peer.CanAppend());
  EXPECT_TRUE(peer.Matched(LogIndex(7)));
  EXPECT_TRUE(peer.CanAppend());
  EXPECT_FALSE(peer.Matched(LogIndex(6))) << "late answers are no news";
  EXPECT_EQ(peer.match, LogIndex(7));
}

TEST(ProgressTableTest, FollowsTheMembers) {
  ProgressTable table;
  table.Follow({NodeId(1), NodeId(2), NodeId(3)}, LogIndex(4), Tight());
  EXPECT_EQ(table.Find(NodeId(1)), nullptr) << "itself";
  table.Find(NodeId(2))->Matched(LogIndex(3));
  table.Follow({NodeId(2), NodeId(5)}, LogIndex(9), Tight());
  EXPECT_EQ(table.Find(NodeId(2))->match, LogIndex(3));
  EXPECT_EQ(table.Find(NodeId(3)), nullptr);
  EXPECT_EQ(table.Find(NodeId(5))->next, LogIndex(10));
}

}  // namespace
}  // namespace quorate::raft
