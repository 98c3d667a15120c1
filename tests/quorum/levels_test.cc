#include "quorum/levels.h"

#include <gtest/gtest.h>

#include "quorum/peers.h"

namespace quorate::quorum {
namespace {

// Five replicas: 1, 2 and 3 in zone a, 4 and 5 in zone b.
std::vector<Member> Members() {
  return {{NodeId(1), "a"}, {NodeId(2), "a"}, {NodeId(3), "a"}, {NodeId(4), "b"}, {NodeId(5), "b"}};
}

bool Is(Level level, std::vector<uint64_t> ids) {
  Nodes nodes;
  for (uint64_t id : ids) nodes.insert(NodeId(id));
  return Enough(level, Members(), "a", nodes);
}

TEST(LevelsTest, CountReplicasOfThePartition) {
  EXPECT_FALSE(Is(Level::kOne, {}));
  EXPECT_TRUE(Is(Level::kOne, {5}));
  EXPECT_FALSE(Is(Level::kTwo, {5, 9})) << "n9 is none of them";
  EXPECT_TRUE(Is(Level::kTwo, {4, 5}));
  EXPECT_FALSE(Is(Level::kQuorum, {1, 5}));
  EXPECT_TRUE(Is(Level::kQuorum, {1, 4, 5}));
  EXPECT_FALSE(Is(Level::kAll, {1, 2, 3, 4}));
  EXPECT_TRUE(Is(Level::kAll, {1, 2, 3, 4, 5}));
}

TEST(LevelsTest, CountReplicasOfZones) {
  EXPECT_FALSE(Is(Level::kLocalQuorum, {1, 4, 5}));
  EXPECT_TRUE(Is(Level::kLocalQuorum, {1, 3}));
  EXPECT_FALSE(Is(Level::kEachQuorum, {1, 2, 3, 4})) << "a majority of two is two";
  EXPECT_TRUE(Is(Level::kEachQuorum, {1, 2, 4, 5}));
}

TEST(PeersTest, TheOwnZoneComesFirstThenTheNearer) {
  Config config;
  config.self = {NodeId(1), Boot(1)};
  config.members = Members();
  Peers peers(config);
  peers.NoteLatency(NodeId(2), absl::Milliseconds(9));
  peers.NoteLatency(NodeId(3), absl::Milliseconds(2));
  peers.NoteLatency(NodeId(4), absl::Milliseconds(1));
  peers.SetAlive(NodeId(5), false);
  EXPECT_EQ(peers.LivingByDistance(), (std::vector{NodeId(3), NodeId(2), NodeId(4)}));
  EXPECT_EQ(peers.Living(), (Nodes{NodeId(1), NodeId(2), NodeId(3), NodeId(4)}));
}

TEST(PeersTest, SlowIsWhatFewAnswersTake) {
  Config config;
  config.self = {NodeId(1), Boot(1)};
  config.members = Members();
  Peers peers(config);
  for (int i = 0; i < 31; ++i) peers.NoteLatency(NodeId(2), absl::Milliseconds(1 + i % 5));
  peers.NoteLatency(NodeId(2), absl::Seconds(1));
  EXPECT_EQ(peers.Slow(NodeId(2)), absl::Milliseconds(5)) << "one in 32 is no measure";
}

}  // namespace
}  // namespace quorate::quorum
