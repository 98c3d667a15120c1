// Writes at ANY that a node took because no replica of the partition could be
// reached. They are durable here, and no more than that: none counts towards any
// other level, and each takes effect when a replica coordinates it, under a fresh
// dot and time-stamp. There is no time limit; over a size limit new ones are
// refused.
//
// The hints of a partition are handed over one by one, by rising numbers, to its
// holder: one replica, whose name is durable here before it is asked anything. While
// that one may have taken the first of them, that goes to no other, over restarts of
// either too; asked again, the replica knows it by its number (taken_hints.h).
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "quorum/dot.h"

namespace quorate::quorum {

struct Hint {
  uint64_t id = 0;  // rises at this node, over restarts too
  Boot life;        // of this node, in which it was given
  PartitionId partition;
  std::string command;  // in the host's encoding
  std::string session;  // what it comes after, likewise
  uint64_t at_us = 0;   // calendar, when it was taken
  friend bool operator==(const Hint&, const Hint&) = default;
};

class Hints {
 public:
  // `kept`: what the disk holds at start. Ids rise from `last_id` and above them, and
  // are of `life`.
  Hints(uint64_t bytes_max, std::vector<Hint> kept, uint64_t last_id, Boot life = {});

  // To be made durable before the write is acknowledged; its id is given here.
  // RESOURCE_EXHAUSTED, HINTS_FULL: nothing was kept.
  absl::StatusOr<Hint> Add(Hint hint);
  // The partition's first; nullptr: there is none.
  const Hint* First(PartitionId partition) const;
  // Who is asked, and nobody else; zero: nobody is yet.
  NodeId Holder(PartitionId partition) const;
  // Nothing is in doubt any more where that is another than before.
  void Hold(PartitionId partition, NodeId holder);
  // The holder may have done the first, or do it yet.
  bool InDoubt(PartitionId partition) const;
  void Asked(uint64_t id) { SetDoubt(id, true); }
  // Neither has it done it, nor will it.
  void NotDone(uint64_t id) { SetDoubt(id, false); }
  // At start, where a holder was known: any may have been done there.
  void DoubtAll(PartitionId partition, NodeId holder);
  // Done, or given up: forget it, on disk as well. False: not known.
  bool Done(uint64_t id);
  // Not in doubt; goes behind all others, under a new number. To be made durable as
  // one with the end of the old one. Nullptr: not known.
  const Hint* PutOff(uint64_t id);

  const Hint* Find(uint64_t id) const;
  std::set<PartitionId> partitions() const;
  uint64_t bytes() const { return bytes_; }
  size_t size() const { return hints_.size(); }

 private:
  struct Kept {
    Hint hint;
    bool doubt = false;
  };
  struct Queue {
    std::set<uint64_t> ids;
    NodeId holder;
  };
  static uint64_t BytesOf(const Hint& hint);
  const Kept* FirstKept(PartitionId partition) const;
  void SetDoubt(uint64_t id, bool doubt);
  void Leave(PartitionId partition, uint64_t id);

  uint64_t bytes_max_;
  uint64_t bytes_ = 0;
  uint64_t last_id_;
  Boot life_;
  std::map<uint64_t, Kept> hints_;
  std::map<PartitionId, Queue> queues_;
};

// For the disk; with a format byte.
std::string EncodeHint(const Hint& hint);
// DATA_LOSS, HINT_DAMAGED or NEWER_FORMAT.
absl::StatusOr<Hint> DecodeHint(std::string_view bytes);

}  // namespace quorate::quorum
