// Writes at ANY that a node took because no replica of the partition could be
// reached. They are durable here, and no more than that: none counts towards any
// other level, and each takes effect when a replica coordinates it, under a fresh
// dot and time-stamp. There is no time limit; over a size limit new ones are
// refused.
//
// The hints of a partition are handed over one by one, in the order they came. One
// that was handed to a replica goes to no other while that one may still have taken
// it, or the write could take effect twice with another in between. To that life of
// the replica it may be handed again, which then has to know it by its number; only
// when that life has ended without an answer does it go elsewhere.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "quorum/dot.h"

namespace quorate::quorum {

struct Hint {
  uint64_t id = 0;  // rises at this node, over restarts too
  PartitionId partition;
  std::string command;  // in the host's encoding
  std::string session;  // what it comes after, likewise
  uint64_t at_us = 0;   // calendar, when it was taken
  friend bool operator==(const Hint&, const Hint&) = default;
};

class Hints {
 public:
  // `kept`: what the disk holds at start. Ids rise from `last_id` and above them.
  Hints(uint64_t bytes_max, std::vector<Hint> kept, uint64_t last_id);

  // To be made durable before the write is acknowledged; its id is given here.
  // RESOURCE_EXHAUSTED, HINTS_FULL: nothing was kept.
  absl::StatusOr<Hint> Add(Hint hint);
  // The partition's first, for that replica; it is then under way there. Nullptr:
  // there is none, or another may have it.
  const Hint* HandTo(const Identity& replica, PartitionId partition);
  // To whom the partition's first was handed; nullopt: it is free to go to any.
  std::optional<Identity> Holder(PartitionId partition) const;
  // A replica has coordinated it: forget it, on disk as well. False: not known.
  bool Coordinated(uint64_t id);
  // It provably did nothing with it.
  void Refused(uint64_t id);
  // Any other life of that node has ended.
  void Lives(const Identity& replica);

  const Hint* Find(uint64_t id) const;
  std::set<PartitionId> partitions() const;
  uint64_t bytes() const { return bytes_; }
  size_t size() const { return hints_.size(); }

 private:
  struct Kept {
    Hint hint;
    std::optional<Identity> under_way;
  };
  static uint64_t BytesOf(const Hint& hint);
  const Kept* First(PartitionId partition) const;

  uint64_t bytes_max_;
  uint64_t bytes_ = 0;
  uint64_t last_id_;
  std::map<uint64_t, Kept> hints_;
  std::map<PartitionId, std::set<uint64_t>> order_;  // ids of each
};

// For the disk; with a format byte.
std::string EncodeHint(const Hint& hint);
// DATA_LOSS, HINT_DAMAGED or NEWER_FORMAT.
absl::StatusOr<Hint> DecodeHint(std::string_view bytes);

}  // namespace quorate::quorum
