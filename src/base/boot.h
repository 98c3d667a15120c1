// The numbers of a process's starts.
//   how many there were before, above the lower kBootChanceBits
//   chance, below
// They rise from start to start; and two starts from the same disk image, one of
// which knows nothing of the other, still differ.
#pragma once

#include <cstdint>

#include "base/ids.h"

namespace quorate {

inline constexpr int kBootChanceBits = 20;

constexpr uint64_t StartOf(Boot boot) { return boot.value() >> kBootChanceBits; }

// `last`: the one before, zero for none.
constexpr Boot NextBoot(Boot last, uint64_t random) {
  const uint64_t chance = random & ((uint64_t{1} << kBootChanceBits) - 1);
  return Boot((StartOf(last) + 1) << kBootChanceBits | chance);
}

// The boot of a replica's copy that joined its partition then: above those of all copies
// that were on the node before, in the same start too, and rising with starts as they do.
constexpr int kBootStartBits = 20;
constexpr Boot BootOfCopy(Boot boot, Epoch joined) {
  return Boot(boot.value() + (joined.value() << (kBootChanceBits + kBootStartBits)));
}

// Above all numbers that an earlier start has counted up from its own.
constexpr uint64_t FirstNumberOf(Boot boot) { return StartOf(boot) << 40; }

// Starts that both came after the same one.
constexpr bool AreRivals(Boot a, Boot b) {
  return a != b && StartOf(a) == StartOf(b) && StartOf(a) != 0;
}

}  // namespace quorate
