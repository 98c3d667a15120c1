// A small set of small numbers.
#pragma once

#include <cstddef>
#include <cstdint>

#include "absl/container/inlined_vector.h"

namespace quorate::check {

// Holds numbers below `size`; sets of one size compare.
class Bits {
 public:
  explicit Bits(size_t size = 0) : words_((size + 63) / 64) {}

  void Set(size_t i) { words_[i / 64] |= uint64_t{1} << (i % 64); }
  void Clear(size_t i) { words_[i / 64] &= ~(uint64_t{1} << (i % 64)); }
  bool Test(size_t i) const { return (words_[i / 64] >> (i % 64) & 1) != 0; }

  bool IsSubsetOf(const Bits& other) const {
    for (size_t i = 0; i < words_.size(); ++i) {
      if ((words_[i] & ~other.words_[i]) != 0) return false;
    }
    return true;
  }

  friend bool operator==(const Bits&, const Bits&) = default;
  template <class H>
  friend H AbslHashValue(H h, const Bits& bits) {
    return H::combine(std::move(h), bits.words_);
  }

 private:
  absl::InlinedVector<uint64_t, 1> words_;
};

}  // namespace quorate::check
