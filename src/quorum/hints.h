// Writes at ANY that a node took because no replica of the partition could be
// reached. They are durable here, and no more than that: none counts towards any
// other level, and each takes effect when a replica coordinates it, under a fresh
// dot and time-stamp. There is no time limit; over a size limit new ones are
// refused.
//
// A hint that was handed to a replica goes to no other while that one may still
// have taken it, or the write could take effect twice with another in between.
// Only when that life of it has ended without an answer is it handed out again.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "quorum/conflict_policy.h"
#include "quorum/dot.h"

namespace quorate::quorum {

struct Hint {
  uint64_t id = 0;  // rises at this node, over restarts too
  PartitionId partition;
  std::string key;
  Change change;
  friend bool operator==(const Hint&, const Hint&) = default;
};

class Hints {
 public:
  // `kept`: what the disk holds at start, and the highest id ever given.
  Hints(uint64_t bytes_max, std::vector<Hint> kept, uint64_t last_id);

  // The hint to be made durable before the write is acknowledged.
  // RESOURCE_EXHAUSTED, HINTS_FULL: nothing was kept.
  absl::StatusOr<Hint> Add(PartitionId partition, std::string key, Change change);
  // The next one for that replica of the partition, in the order they came; it is
  // then under way there. Nullptr: none.
  const Hint* HandTo(const Identity& replica, PartitionId partition);
  // A replica has coordinated it: forget it, on disk as well. False: not known.
  bool Coordinated(uint64_t id);
  // It provably did nothing with it.
  void Refused(uint64_t id);
  // Any other life of that node has ended.
  void Lives(const Identity& replica);

  uint64_t bytes() const { return bytes_; }
  size_t size() const { return hints_.size(); }

 private:
  struct Kept {
    Hint hint;
    std::optional<Identity> under_way;
  };
  static uint64_t BytesOf(const Hint& hint);

  const uint64_t bytes_max_;
  uint64_t bytes_ = 0;
  uint64_t last_id_;
  std::map<uint64_t, Kept> hints_;
};

// For the disk; with a format byte.
std::string EncodeHint(const Hint& hint);
// DATA_LOSS, HINT_DAMAGED or NEWER_FORMAT.
absl::StatusOr<Hint> DecodeHint(std::string_view bytes);

}  // namespace quorate::quorum
