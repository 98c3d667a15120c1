// How much of move-rate may be used, so that clients notice little of it: where their
// requests wait for a worker, or what they write for the disk, or whoever is to run for a
// processor, for longer than when nothing moves, less is sent, and where they don't, more.
#pragma once

#include <cstdint>

#include "absl/time/time.h"

namespace quorate {

// Of one worker, and its thread.
class MoveShare {
 public:
  // Never less; nor, in bytes, than SnapshotPace::kLeastRate.
  static constexpr double kLeast = 1.0 / 64;

  // A client's request was taken up, so long after it had come.
  void RequestWaited(absl::Duration waited) { requests_.Add(waited); }
  // What a turn wrote became durable, so long after.
  void WriteWaited(absl::Duration waited) { writes_.Add(waited); }
  // A tick came so long after it was due: what waits in sockets, before a worker is told of it,
  // waits about as long. Counts only where there are requests.
  void TickWaited(absl::Duration waited) { ticks_.Add(waited); }
  // Ends a moment of some 50 ms, in which state was on its way to other nodes, or not.
  // The share from now on, up to 1.
  double EndMoment(bool moving);

 private:
  // How long one kind of thing waits.
  class Waits {
   public:
    // Fewer in a moment tell nothing of the others.
    explicit Waits(uint32_t count_min) : count_min_(count_min) {}
    void Add(absl::Duration waited) {
      waited_ += waited;
      ++count_;
    }
    uint32_t count() const { return count_; }
    // Ends the moment; true: it was longer than usual, which it takes note of otherwise.
    bool EndMoment(bool moving);

   private:
    uint32_t count_min_;
    absl::Duration waited_;  // all together, in this moment
    uint32_t count_ = 0;     // likewise
    absl::Duration usual_;   // when nothing moves
  };

  static constexpr uint32_t kInputsMin = 8;  // requests, or writes
  static constexpr uint32_t kTicksMin = 3;   // of some five

  Waits requests_{kInputsMin}, writes_{kInputsMin}, ticks_{kTicksMin};
  double share_ = 0;
};

}  // namespace quorate
