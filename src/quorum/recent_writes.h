// Which keys were written of late, and when: so that a replica can tell of a write
// that comes that it is the newest of its key and no conflict, without reading what
// it holds. In memory only, bounded; where it can't tell, it says no.
//
// Of every record held either the key is in here with its newest write, or its time
// is at most `floor_`, and its dot was seen by the time of `floor_seen_`. Keys stand
// by their hash: of two with the same, the newer write stands for both.
#pragma once

#include <cstdint>
#include <string_view>

#include "absl/container/flat_hash_map.h"
#include "quorum/record.h"
#include "quorum/run.h"
#include "quorum/seen_clock.h"

namespace quorate::quorum {

class RecentWrites {
 public:
  // No record held is newer than `floor`, and all their dots are in `seen`.
  RecentWrites(HlcTime floor, SeenClock seen)
      : floor_(floor),
        floor_seen_(seen),
        before_{floor, std::move(seen), {}},
        now_{floor, {}, {}} {}

  // The key's record is `record` from now on; `seen`: all that was seen by now.
  void Note(std::string_view key, const Record& record, const SeenClock& seen);
  // Likewise of each write of it.
  void Note(const Run& run, const SeenClock& seen);
  // `record` is newer than what is held of the key, and whoever wrote it had seen, or
  // itself written, that: `context` is what it had seen.
  bool IsNewest(std::string_view key, const Record& record, const SeenClock& context) const;

  // Likewise of each write of it, all told at once.
  bool AreNewest(const Run& run, const SeenClock& context) const;

 private:
  struct Write {
    HlcTime time;
    Dot dot;
  };
  struct Generation {
    HlcTime newest;
    SeenClock seen;  // when it was closed
    absl::flat_hash_map<uint64_t, Write> writes;
  };
  static bool Allows(const Generation& generation, uint64_t key, const Write& write,
                     const SeenClock& context);
  bool IsAboveFloor(HlcTime time, const SeenClock& context) const;
  void Note(uint64_t key, const Write& write, const SeenClock& seen);

  HlcTime floor_;
  SeenClock floor_seen_;
  Generation before_;
  Generation now_;
};

}  // namespace quorate::quorum
