// How long answers between replicas take, as the coordinators see it: what
// pbs.h makes a staleness curve of.
#pragma once

#include <cstdint>
#include <vector>

#include "absl/time/time.h"
#include "base/histogram.h"

namespace quorate::quorum {

// Of all cores of one thread. A round trip is counted as two ways of half its
// length: one clock can't tell them apart.
struct RoundTrips {
  // Of a WriteAsk, or of what an acceptor is asked to accept, and its answer, the
  // replica's sync among it.
  Histogram write_way;
  Histogram read_way;  // of a ReadAsk and its answer
  // Likewise, between replicas in different zones, which do not count above.
  Histogram far_write_way;
  Histogram far_read_way;
  Histogram own_disk;  // from a write's beginning until its coordinator has it on disk

  Histogram& write_way_of(bool near) { return near ? write_way : far_write_way; }
  Histogram& read_way_of(bool near) { return near ? read_way : far_read_way; }

  void Merge(const RoundTrips& other) {
    write_way.Merge(other.write_way);
    read_way.Merge(other.read_way);
    far_write_way.Merge(other.far_write_way);
    far_read_way.Merge(other.far_read_way);
    own_disk.Merge(other.own_disk);
  }
};

// Remembers when the last writes were sent, also those that are answered by now:
// the slow replicas' answers come after that, and count most.
class WriteWatch {
 public:
  explicit WriteWatch(RoundTrips* round_trips)
      : round_trips_(round_trips), sent_(round_trips == nullptr ? 0 : kKept) {}

  // Ids rise by one, or nearly so.
  void Sent(uint64_t id, absl::Duration now) {
    if (!sent_.empty()) sent_[id % kKept] = {id, now};
  }
  // From now on it can't be told which sending an answer is for.
  void SentAgain(uint64_t id) {
    if (Knows(id)) sent_[id % kKept].id = 0;
  }
  void Answered(uint64_t id, bool near, absl::Duration now) const {
    if (Knows(id)) round_trips_->write_way_of(near).Record((now - sent_[id % kKept].at) / 2);
  }
  void OnOwnDisk(uint64_t id, absl::Duration now) const {
    if (Knows(id)) round_trips_->own_disk.Record(now - sent_[id % kKept].at);
  }

 private:
  static constexpr size_t kKept = 256;
  struct Sending {
    uint64_t id = 0;  // 0: none
    absl::Duration at;
  };

  bool Knows(uint64_t id) const { return !sent_.empty() && id != 0 && sent_[id % kKept].id == id; }

  RoundTrips* const round_trips_;  // null: nobody wants to know
  std::vector<Sending> sent_;
};

}  // namespace quorate::quorum
