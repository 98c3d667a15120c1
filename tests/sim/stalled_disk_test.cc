// A node whose disk ends no sync any more, though it talks as before.
#include <gtest/gtest.h>

#include "cluster_fixture.h"

namespace quorate::sim {
namespace {

constexpr absl::Duration kElection = absl::Milliseconds(500);

class StalledDiskTest : public ::testing::Test, public ClusterFixture {
 protected:
  StalledDiskTest() {
    MakeKeyspace({});
    EXPECT_TRUE(Await(absl::Seconds(5), [this] { return Leader() != NodeId(); }));
    EXPECT_TRUE(Await(absl::Seconds(5), [this] { return Write(); }));
  }

  NodeId Leader() { return cluster_.LeaderOf(Partition()->id); }
  NodeId HealthyNode() {
    for (const NodeId id : cluster_.ids()) {
      if (!cluster_.node(id).machine().disk.stalled) return id;
    }
    return NodeId();
  }
  // One write through a healthy node: done at its level within 200 ms?
  bool Write() {
    const auto reply =
        Ask(HealthyNode(), Put("key", "value", Level::kQuorum), absl::Milliseconds(200));
    EXPECT_TRUE(reply) << "no answer";
    return reply && reply->status.ok();
  }
};

TEST_F(StalledDiskTest, TakesTheLeadershipWithItAndTheOthersGoOn) {
  const NodeId stalled = Leader();
  cluster_.node(stalled).machine().disk.stalled = true;
  // It has heartbeats for everybody; only its writes do not end.
  ASSERT_TRUE(Await(5 * kElection, [&] {
    Write();
    return Leader() != stalled;
  })) << "a leader that can write nothing keeps its place";
  // Whoever would like to give it its place back must not make writes wait for it.
  int done = 0;
  for (int i = 0; i < 200; ++i) {
    done += Write() ? 1 : 0;
    Pass(absl::Milliseconds(50));
  }
  EXPECT_NE(Leader(), stalled);
  // Who has just become the leader does not know, and may try once: for an election
  // timeout, in which there are eleven writes.
  EXPECT_GE(done, 189) << "of 200 writes over ten seconds";
  cluster_.node(stalled).machine().disk.stalled = false;
  EXPECT_TRUE(Await(absl::Seconds(10), [&] { return Leader() == stalled; }))
      << "it is the preferred leader, and well again";
  EXPECT_TRUE(Write());
}

}  // namespace
}  // namespace quorate::sim
