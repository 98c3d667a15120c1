// Which random schedules a test runs.
#pragma once

#include <cstdint>
#include <cstdlib>

namespace quorate::quorum {

// By default up to `seeds`; with its story where it is one alone.
struct Seeds {
  explicit Seeds(uint64_t seeds) : last(seeds) {
    const char* only = std::getenv("QUORATE_QUORUM_SEED");
    const char* many = std::getenv("QUORATE_QUORUM_SEEDS");
    if (many != nullptr) last = std::strtoull(many, nullptr, 10);
    if (only != nullptr) first = last = std::strtoull(only, nullptr, 10);
  }
  bool one() const { return first == last; }
  uint64_t first = 1;
  uint64_t last;
};

}  // namespace quorate::quorum
