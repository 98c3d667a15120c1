#include <gtest/gtest.h>

#include "cluster.h"

namespace quorate::raft {
namespace {

TEST(ElectionTest, ElectsOneLeaderByItself) {
  Cluster cluster({1, 2, 3});
  const uint64_t leader = cluster.ElectAny();
  ASSERT_NE(leader, 0u);
  for (uint64_t id : {1, 2, 3}) {
    EXPECT_EQ(cluster.raft(id).leader(), NodeId(leader));
    EXPECT_EQ(cluster.raft(id).term(), Term(1));
  }
}

TEST(ElectionTest, ReplicatesAndCommits) {
  Cluster cluster({1, 2, 3});
  cluster.Elect(1);
  ASSERT_TRUE(cluster.Propose(1, "x").ok());
  cluster.Settle();
  for (uint64_t id : {1, 2, 3})
    EXPECT_EQ(cluster.state(id).commands, std::vector<std::string>{"x"});
}

}  // namespace
}  // namespace quorate::raft
