// Fair shares in whole numbers.
#pragma once

#include <cstdint>
#include <vector>

#include "absl/types/span.h"

namespace quorate::ring {

struct Claim {
  uint64_t weight = 1;  // > 0
  uint64_t low = 0;     // at least
  uint64_t high = 0;    // at most
  // Who gets the odd ones: those who have more than the rounded-down share
  // today (nothing need move), then the larger fraction, then those with less
  // elsewhere for their weight.
  uint64_t have = 0;
  uint64_t elsewhere = 0;
};

// Shares of `total` in proportion to the weights as far as the bounds allow,
// each rounded up or down. `total` lies between the sums of the bounds.
std::vector<uint64_t> ComputeShares(uint64_t total, absl::Span<const Claim> claims);

}  // namespace quorate::ring
