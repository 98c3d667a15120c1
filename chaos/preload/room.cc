// A disk that is full before it is: growth takes from the room that was ordered,
// and what is removed gives back.

#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>

#include "shim.h"

namespace diskfaults {
namespace {

constexpr uint64_t kStatBlockBytes = 512;

bool Limited() { return page() != nullptr && Load(page()->room_bytes) != kNoLimit; }

void Add(uint64_t bytes) {
  uint64_t room = Load(page()->room_bytes);
  while (room != kNoLimit && !__atomic_compare_exchange_n(
                                 &page()->room_bytes, &room, std::min(room + bytes, kNoLimit - 1),
                                 false, __ATOMIC_RELAXED, __ATOMIC_RELAXED)) {
  }
}

void Take(uint64_t bytes) {
  uint64_t room = Load(page()->room_bytes);
  while (room != kNoLimit &&
         !__atomic_compare_exchange_n(&page()->room_bytes, &room, room - std::min(room, bytes),
                                      false, __ATOMIC_RELAXED, __ATOMIC_RELAXED)) {
  }
}

}  // namespace

off_t RoomUpTo(int fd, off_t end) {
  if (!Limited()) return end;
  struct stat stat {};
  if (fstat(fd, &stat) != 0) return end;
  const auto has = std::max<off_t>(stat.st_size, stat.st_blocks * off_t{kStatBlockBytes});
  if (end <= has) return end;
  const uint64_t room = Load(page()->room_bytes);
  if (room >= static_cast<uint64_t>(end - has)) return end;
  Count(page()->growths_refused);
  return has + static_cast<off_t>(room);
}

uint64_t TakenBy(int fd) {
  struct stat stat {};
  if (!Limited() || fstat(fd, &stat) != 0) return 0;
  return static_cast<uint64_t>(stat.st_blocks) * kStatBlockBytes;
}

void NoteTaken(uint64_t before, uint64_t after) {
  if (!Limited()) return;
  if (after > before) Take(after - before);
  if (after < before) Add(before - after);
}

void NoteRemoved(int folder, const char* name) {
  struct stat stat {};
  if (!Limited() || fstatat(folder, name, &stat, AT_SYMLINK_NOFOLLOW) != 0) return;
  Add(static_cast<uint64_t>(stat.st_blocks) * kStatBlockBytes);
}

}  // namespace diskfaults
