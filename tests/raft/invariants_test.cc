#include "raft/invariants.h"

#include <gtest/gtest.h>

#include "cluster.h"

namespace quorate::raft {
namespace {

// Each check has to be able to fail.

bool Broken(Cluster& cluster, const std::string& number) {
  for (const std::string& violation : cluster.invariants().violations()) {
    if (violation.find(number) == 0) return true;
  }
  return false;
}

Message Granted(uint64_t voter, uint64_t candidate, uint64_t term) {
  Message vote;
  vote.kind = MessageKind::kVoteReply;
  vote.from = NodeId(voter);
  vote.to = NodeId(candidate);
  vote.term = Term(term);
  return vote;
}

class InvariantsTest : public testing::Test {
 protected:
  InvariantsTest() : cluster_({1, 2, 3}) { cluster_.ExpectViolations(); }
  // Another group of the same members, with another history of the same terms.
  void ObserveStranger(uint64_t leads, const std::string& command) {
    Cluster other({1, 2, 3});
    other.Elect(leads);
    ASSERT_TRUE(other.Propose(leads, command).ok());
    other.Settle();
    const std::vector<Invariants::View> views = {{NodeId(leads), &other.raft(leads)}};
    cluster_.invariants().Started(NodeId(leads), LogIndex());
    cluster_.invariants().Observe(NodeId(leads), views);
  }

  Cluster cluster_;
};

TEST_F(InvariantsTest, SeeTwoLeadersInATerm) {
  cluster_.Elect(1);
  ObserveStranger(2, "x");
  EXPECT_TRUE(Broken(cluster_, "RAFT-1"));
}

TEST_F(InvariantsTest, SeeLogsThatDoNotMatch) {
  cluster_.Elect(1);
  ASSERT_TRUE(cluster_.Propose(1, "x").ok());
  ObserveStranger(2, "y");
  EXPECT_TRUE(Broken(cluster_, "RAFT-3"));
  EXPECT_FALSE(Broken(cluster_, "RAFT-8"));
}

TEST_F(InvariantsTest, SeeAnotherEntryCommittedAtTheSameIndex) {
  cluster_.Elect(1);
  ASSERT_TRUE(cluster_.Propose(1, "x").ok());
  cluster_.Settle();
  ObserveStranger(2, "y");
  EXPECT_TRUE(Broken(cluster_, "RAFT-5"));
}

TEST_F(InvariantsTest, SeeALeaderWithoutWhatWasCommitted) {
  cluster_.Elect(1);
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(cluster_.Propose(1, "x").ok());
  cluster_.Settle();
  Cluster other({1, 2, 3});
  other.Elect(1);
  ASSERT_TRUE(other.Transfer(1, 2).ok());
  other.Settle();  // leads t2 with fewer entries than were committed in t1
  cluster_.invariants().Observe(NodeId(2), {{NodeId(2), &other.raft(2)}});
  EXPECT_TRUE(Broken(cluster_, "RAFT-4"));
}

TEST_F(InvariantsTest, SeeTwoVotesInATerm) {
  cluster_.invariants().Sent(Granted(3, 1, 7));
  cluster_.invariants().Sent(Granted(3, 1, 7));
  EXPECT_FALSE(Broken(cluster_, "RAFT-6"));
  cluster_.invariants().Sent(Granted(3, 2, 7));
  EXPECT_TRUE(Broken(cluster_, "RAFT-6"));
}

TEST_F(InvariantsTest, SeeATermForgotten) {
  cluster_.invariants().Sent(Granted(3, 1, 7));
  cluster_.Crash(3);
  cluster_.Restart(3);
  EXPECT_TRUE(Broken(cluster_, "RAFT-6"));
}

TEST_F(InvariantsTest, SeeAnEntryAppliedTwiceOrSkipped) {
  cluster_.Elect(1);
  const LogEntry again = *cluster_.raft(1).EntryAt(LogIndex(1));
  cluster_.invariants().Delivered(NodeId(1), cluster_.raft(1), {again});
  EXPECT_TRUE(Broken(cluster_, "RAFT-5"));
}

TEST_F(InvariantsTest, SeeAStaleRead) {
  cluster_.Elect(1);
  cluster_.invariants().ReadAsked(NodeId(2), 1);
  cluster_.invariants().ReadServed(NodeId(2), 1, LogIndex(0));
  EXPECT_TRUE(Broken(cluster_, "RAFT-7"));
}

TEST_F(InvariantsTest, SeeACommitWithoutAMajority) {
  Cluster other({1, 2, 3});
  other.Elect(1);
  cluster_.invariants().Started(NodeId(1), LogIndex());
  const std::vector<Invariants::View> views = {{NodeId(1), &other.raft(1)}};
  cluster_.invariants().Observe(NodeId(1), views);
  ASSERT_TRUE(other.Propose(1, "x").ok());
  other.Settle();  // its acknowledgements are not told to this checker
  cluster_.invariants().Observe(NodeId(1), views);
  EXPECT_TRUE(Broken(cluster_, "RAFT-9"));
}

}  // namespace
}  // namespace quorate::raft
