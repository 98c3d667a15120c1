#include "node/disk_room.h"

namespace quorate {

void DiskRoom::Note(uint64_t free_bytes) {
  free_bytes_.store(free_bytes, std::memory_order_relaxed);
  const uint64_t slack =
      room_.load(std::memory_order_relaxed) == Room::kEnough ? 0 : reserve_bytes_ / 8;
  Room next = Room::kEnough;
  if (free_bytes < reserve_bytes_ + slack) next = Room::kReserved;
  if (free_bytes == 0 || free_bytes < reserve_bytes_ / 4) next = Room::kNone;
  room_.store(next, std::memory_order_relaxed);
}

}  // namespace quorate
