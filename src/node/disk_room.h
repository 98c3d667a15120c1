// How much room a node's disk has left, and what it may still be used for. The
// reserve is for what leads out of a full disk: deletes, flushes, compactions.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <utility>

namespace quorate {

enum class Room : uint8_t {
  kEnough,
  kReserved,  // less than the reserve: nothing that grows is begun
  kNone,      // less than a quarter of it: nothing that grows is taken, not even from a leader
};

// Thread-safe.
class DiskRoom {
 public:
  // `reserve_bytes` zero: there is enough until nothing is left.
  // Where the state `waits` for room, there is none, whatever was reserved.
  explicit DiskRoom(uint64_t reserve_bytes, std::function<bool()> waits = nullptr)
      : reserve_bytes_(reserve_bytes), waits_(std::move(waits)) {}

  // It is enough again only an eighth above the reserve, lest it changes to and fro.
  void Note(uint64_t free_bytes);

  Room room() const {
    return waits_ && waits_() ? Room::kNone : room_.load(std::memory_order_relaxed);
  }
  uint64_t free_bytes() const { return free_bytes_.load(std::memory_order_relaxed); }
  uint64_t reserve_bytes() const { return reserve_bytes_; }

 private:
  const uint64_t reserve_bytes_;
  const std::function<bool()> waits_;              // thread-safe; null: never
  std::atomic<uint64_t> free_bytes_ = UINT64_MAX;  // as of the last note
  std::atomic<Room> room_ = Room::kEnough;
};

}  // namespace quorate
