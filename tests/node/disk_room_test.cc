#include "node/disk_room.h"

#include <gtest/gtest.h>

namespace quorate {
namespace {

constexpr uint64_t kReserve = 800;

TEST(DiskRoomTest, ReservesWhatIsLeftAndTakesNothingMoreBelowAQuarterOfIt) {
  DiskRoom disk(kReserve);
  EXPECT_EQ(disk.room(), Room::kEnough);
  disk.Note(800);
  EXPECT_EQ(disk.room(), Room::kEnough);
  disk.Note(799);
  EXPECT_EQ(disk.room(), Room::kReserved);
  disk.Note(200);
  EXPECT_EQ(disk.room(), Room::kReserved);
  disk.Note(199);
  EXPECT_EQ(disk.room(), Room::kNone);
  EXPECT_EQ(disk.free_bytes(), 199u);
}

TEST(DiskRoomTest, IsEnoughAgainOnlyAboveTheReserve) {
  DiskRoom disk(kReserve);
  disk.Note(799);
  disk.Note(899);
  EXPECT_EQ(disk.room(), Room::kReserved);
  disk.Note(900);
  EXPECT_EQ(disk.room(), Room::kEnough);
  disk.Note(899);
  EXPECT_EQ(disk.room(), Room::kEnough);
}

TEST(DiskRoomTest, WithoutAReserveThereIsEnoughUntilNothingIsLeft) {
  DiskRoom disk(0);
  disk.Note(1);
  EXPECT_EQ(disk.room(), Room::kEnough);
  disk.Note(0);
  EXPECT_EQ(disk.room(), Room::kNone);
  disk.Note(1);
  EXPECT_EQ(disk.room(), Room::kEnough);
}

TEST(DiskRoomTest, ThereIsNoneWhileTheStateWaitsForIt) {
  bool waits = false;
  DiskRoom room(0, [&] { return waits; });
  room.Note(1 << 20);
  EXPECT_EQ(room.room(), Room::kEnough);
  waits = true;
  EXPECT_EQ(room.room(), Room::kNone);
  room.Note(1 << 20);
  waits = false;
  EXPECT_EQ(room.room(), Room::kEnough);
}

}  // namespace
}  // namespace quorate
