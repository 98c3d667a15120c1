// How much of a state has been sent, and about how much there is in all. What the engine
// says of its size is of another measure than what is sent (compressed, and of what lies
// in memory a guess), so it is held against what was sent so far.
#pragma once

#include <algorithm>
#include <cstdint>

namespace quorate {

class FillProgress {
 public:
  // `estimated`: the engine's of the whole; 0: it does not know.
  explicit FillProgress(uint64_t estimated = 0) : estimated_(estimated), total_(estimated) {}

  // Further bytes were sent, and the engine gives so many to what is left.
  void OnSent(uint64_t bytes, uint64_t left_estimated) {
    sent_ += bytes;
    if (estimated_ == 0) return;
    total_ = sent_ + Scaled(std::min(left_estimated, estimated_));
  }
  // That was all.
  void OnDone() { total_ = sent_; }

  uint64_t sent_bytes() const { return sent_; }
  // No less than was sent; 0: not known.
  uint64_t total_bytes() const { return total_; }

 private:
  // For so small a part of the whole the engine's estimates are too coarse to learn from.
  static constexpr uint64_t kPartsMax = 16;

  uint64_t Scaled(uint64_t left) const {
    const uint64_t gone = estimated_ - left;
    if (gone < estimated_ / kPartsMax || gone == 0) return left;
    const double rate = static_cast<double>(sent_) / static_cast<double>(gone);
    return static_cast<uint64_t>(static_cast<double>(left) * rate);
  }

  uint64_t estimated_;
  uint64_t sent_ = 0;
  uint64_t total_;
};

}  // namespace quorate
