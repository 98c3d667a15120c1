// A key that is only added to, in any order: what is read is the sum of all
// additions that it must have seen and any of those that may have come by then.
//
// Bounds, not subsets: exact where all deltas are 1 or -1, as kvload's are.
#pragma once

#include <cstdint>
#include <utility>
#include <vector>

#include "check/key_truth.h"

namespace quorate::check {

class CounterTruth : public KeyTruth {
 public:
  CounterTruth(const KeyHistory& key, Counts counts);

  // Of a read with MustSee::sum_min, which only makes sense where only_grows().
  Answer Explain(const Operation& read, const MustSee& must) const override;
  std::vector<uint32_t> Shown(const Operation& read, const MustSee& must) const override;

  bool only_grows() const { return only_grows_; }
  // The sum read; nullopt: it is no number.
  static std::optional<int64_t> SumOf(const Operation& read);

 private:
  // Sums of what was added, by time.
  class Sums {
   public:
    void Add(int64_t time_us, int64_t delta) { entries_.emplace_back(time_us, delta); }
    void Seal();
    int64_t Before(int64_t moment_us) const;  // strictly

   private:
    std::vector<std::pair<int64_t, int64_t>> entries_;
  };

  const KeyHistory& key_;
  const Counts counts_;
  bool only_grows_ = true;
  // By sign: all by invoke; the acknowledged ones by return.
  Sums begun_up_, begun_down_;
  Sums ended_up_[2], ended_down_[2];  // [counting_only]
};

}  // namespace quorate::check
