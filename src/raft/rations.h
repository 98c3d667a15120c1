// What learners are sent of what they lack. A newcomer's group is at work meanwhile, and the
// rest of its log at once would be in everybody's way: the host grants so much at a time. What
// is new comes on top, else one that gets less than clients write would never catch up.
#pragma once

#include <algorithm>
#include <cstdint>
#include <limits>
#include <utility>

namespace quorate::raft {

// In bytes of entries. Of one leader.
class Rations {
 public:
  static constexpr uint64_t kNoBound = std::numeric_limits<uint64_t>::max();

  // An entry was appended, for so many learners.
  void Appended(uint64_t bytes, size_t learners) {
    fresh_ = learners == 0 ? 0 : fresh_ + bytes * learners;
  }
  // In place of what is left of the last grant. True: somebody was waiting for it.
  bool Grant(uint64_t bytes) {
    granted_ = bytes;
    return bytes > 0 && std::exchange(awaited_, false);
  }
  // Nothing more is to be sent before the next grant, or the next entry.
  bool exhausted() const { return fresh_ == 0 && granted_ == 0; }
  void Await() { awaited_ = true; }
  uint64_t left() const { return granted_ > kNoBound - fresh_ ? kNoBound : fresh_ + granted_; }
  void Took(uint64_t bytes) {
    const uint64_t fresh = std::min(bytes, fresh_);
    fresh_ -= fresh;
    const uint64_t granted = std::min(bytes - fresh, granted_);
    if (granted_ != kNoBound) granted_ -= granted;
    of_grants_ += bytes - fresh;
  }
  // Of what was granted, since it was last asked; by an entry at most more than that.
  uint64_t TakeOfGrants() { return std::exchange(of_grants_, 0); }
  void Clear() { fresh_ = 0; }

 private:
  uint64_t fresh_ = 0;
  uint64_t granted_ = kNoBound;
  uint64_t of_grants_ = 0;
  bool awaited_ = false;
};

}  // namespace quorate::raft
