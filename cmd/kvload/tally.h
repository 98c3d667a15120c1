// How much was done.
#pragma once

#include <cstdint>
#include <map>
#include <string>

namespace quorate::load {

struct Tally {
  struct Counts {
    uint64_t done = 0;
    uint64_t failed = 0;
    uint64_t unknown = 0;
    uint64_t all() const { return done + failed + unknown; }
  };
  std::map<std::string, Counts> by_kind;      // get, put, ...
  std::map<std::string, uint64_t> by_reason;  // of what was not done
  uint64_t clients = 0;                       // that there were

  Counts total() const {
    Counts sum;
    for (const auto& [kind, counts] : by_kind) {
      sum.done += counts.done;
      sum.failed += counts.failed;
      sum.unknown += counts.unknown;
    }
    return sum;
  }
};

}  // namespace quorate::load
