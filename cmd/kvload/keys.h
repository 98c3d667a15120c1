// The keys of a job: so many in use at once, each for so many operations.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/random.h"

namespace quorate::load {

class Keys {
 public:
  // Names begin with the job's, so that jobs may share a keyspace, and are never
  // used again, nor by another run: `run` is its mark.
  Keys(const std::string& job, uint32_t count, uint64_t rotate_after, const std::string& run);

  // One of them at random, for one operation.
  std::string Take(Random& random);
  // Likewise for one that does not count.
  std::string Look(Random& random) const { return NameOf(random.Below(slots_.size())); }
  // As Take, the position; for workloads that keep something for each.
  size_t TakeSlot(Random& random);
  std::string NameOf(size_t slot) const;
  // For workloads that choose the moment: operations of the key, and a new one now.
  uint64_t used(size_t slot) const { return slots_[slot].used; }
  void Rotate(size_t slot);

 private:
  struct Slot {
    uint64_t generation = 0;
    uint64_t used = 0;
  };
  const std::string prefix_;
  const uint64_t rotate_after_;
  std::vector<Slot> slots_;
};

}  // namespace quorate::load
