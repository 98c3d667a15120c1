#include "quorum/members.h"

#include <gtest/gtest.h>

#include "quorum/levels.h"

namespace quorate::quorum {
namespace {

// n1 leaves, n4 joins.
Members Moving(const std::string& zone_of_leaver = "a", const std::string& zone_of_joiner = "a") {
  Members members;
  members.epoch = Epoch(5);
  members.replicas = {{NodeId(1), zone_of_leaver}, {NodeId(2), "a"}, {NodeId(3), "b"}};
  members.joining = {NodeId(4), zone_of_joiner};
  members.leaving = NodeId(1);
  return members;
}

bool Is(Level level, const Members& members, std::initializer_list<uint64_t> ids,
        const std::string& zone = "a") {
  Nodes nodes;
  for (uint64_t id : ids) nodes.insert(NodeId(id));
  return Enough(level, members, zone, nodes);
}

TEST(MembersTest, AQuorumIsOneInBothSets) {
  EXPECT_FALSE(Is(Level::kQuorum, Moving(), {1, 2})) << "n2 alone of those to come";
  EXPECT_FALSE(Is(Level::kQuorum, Moving(), {2, 4})) << "n2 alone of those before";
  EXPECT_TRUE(Is(Level::kQuorum, Moving(), {1, 2, 4}));
  EXPECT_TRUE(Is(Level::kQuorum, Moving(), {2, 3}));
}

TEST(MembersTest, AllAreAllOfBoth) {
  EXPECT_FALSE(Is(Level::kAll, Moving(), {1, 2, 3}));
  EXPECT_FALSE(Is(Level::kAll, Moving(), {2, 3, 4}));
  EXPECT_TRUE(Is(Level::kAll, Moving(), {1, 2, 3, 4}));
}

TEST(MembersTest, WhatTheLeaverAloneHasIsOnNobodysDisk) {
  EXPECT_FALSE(Is(Level::kOne, Moving(), {1}));
  EXPECT_FALSE(Is(Level::kOne, Moving(), {4})) << "nor what only the joiner has";
  EXPECT_TRUE(Is(Level::kOne, Moving(), {2}));
  EXPECT_TRUE(Is(Level::kOne, Moving(), {1, 4}));
}

TEST(MembersTest, OfASetWithoutTheZoneOneIsAskedFor) {
  const Members away = Moving("c", "b");
  EXPECT_FALSE(Is(Level::kLocalQuorum, away, {1}, "c"));
  EXPECT_TRUE(Is(Level::kLocalQuorum, away, {1, 2}, "c"));
  EXPECT_FALSE(Is(Level::kLocalQuorum, away, {3}, "b")) << "one of two to come";
  EXPECT_TRUE(Is(Level::kLocalQuorum, away, {3, 4}, "b"));
}

TEST(MembersTest, WithoutAMoveItIsAsTheReplicasAre) {
  Members still = Moving();
  still.joining = {};
  still.leaving = {};
  EXPECT_FALSE(still.moving());
  EXPECT_TRUE(Is(Level::kQuorum, still, {1, 2}));
  EXPECT_FALSE(still.Contains(NodeId()));
  EXPECT_EQ(still.After(), still.replicas);
}

}  // namespace
}  // namespace quorate::quorum
