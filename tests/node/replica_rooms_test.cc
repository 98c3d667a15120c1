#include "node/replica_rooms.h"

#include <gtest/gtest.h>

#include <array>

namespace quorate {
namespace {

constexpr uint64_t kReserve = 800;
const std::array kReplicas{NodeId(1), NodeId(2), NodeId(3)};

// As n1 sees it.
class ReplicaRoomsTest : public ::testing::Test {
 protected:
  ReplicaRoomsTest() {
    peers_.SetMembers({kReplicas.begin(), kReplicas.end()}, absl::ZeroDuration());
    disk_.Note(kReserve);
  }
  void Tells(NodeId peer, bool disk_full) {
    peers_.Hear(peer, {Boot(1), Epoch(), false, disk_full}, absl::ZeroDuration());
  }
  ReplicaRooms Rooms() const { return RoomsOf(kReplicas, NodeId(1), disk_, peers_); }

  Peers peers_{NodeId(1), absl::Seconds(1)};
  DiskRoom disk_{kReserve};
};

TEST_F(ReplicaRoomsTest, OneFullDiskOfThreeLeavesAMajority) {
  Tells(NodeId(3), true);
  EXPECT_EQ(Rooms().full, "n3");
  EXPECT_TRUE(Rooms().majority);
  EXPECT_FALSE(Rooms().here_full);
}

TEST_F(ReplicaRoomsTest, TwoFullDisksOfThreeLeaveNone) {
  Tells(NodeId(3), true);
  disk_.Note(kReserve - 1);
  EXPECT_EQ(Rooms().full, "n1, n3");
  EXPECT_FALSE(Rooms().majority);
  EXPECT_TRUE(Rooms().here_full);
}

TEST_F(ReplicaRoomsTest, WhoIsNotThereHasNoRoomForAnybody) {
  Tells(NodeId(3), true);
  ASSERT_TRUE(peers_.Lose(NodeId(2)));
  EXPECT_EQ(Rooms().missing, "n2");
  EXPECT_FALSE(Rooms().majority);
}

TEST_F(ReplicaRoomsTest, WritesAreLeftToAMajorityThatHasRoom) {
  disk_.Note(0);
  EXPECT_TRUE(TakenWithoutRoom(Growth::kNone, Rooms()));
  EXPECT_FALSE(TakenWithoutRoom(Growth::kWrites, Rooms()));
}

TEST_F(ReplicaRoomsTest, WhatWasUnderWayIsTakenWhereNoMajorityHasRoom) {
  disk_.Note(0);
  Tells(NodeId(2), true);
  EXPECT_TRUE(TakenWithoutRoom(Growth::kWrites, Rooms()));
  EXPECT_FALSE(TakenWithoutRoom(Growth::kCatchUp, Rooms()));
}

}  // namespace
}  // namespace quorate
