// Consistent hashing: each node stands at many points of the ring, as many as
// its weight asks for, and an arc prefers the nodes in the order in which they
// come clockwise of its own point. A node that comes or goes changes only the
// preferences next to its points.
#pragma once

#include <cstdint>
#include <vector>

#include "absl/types/span.h"
#include "base/ids.h"

namespace quorate::ring {

// Points of a node of the usual weight, 100.
inline constexpr uint32_t kVirtualNodes = 64;

class HashRing {
 public:
  struct Member {
    NodeId id;
    uint32_t weight = 100;
  };
  explicit HashRing(absl::Span<const Member> members);

  // Positions in `members`, all of them, the most preferred first.
  std::vector<uint32_t> Preference(uint64_t point) const;

 private:
  struct Point {
    uint64_t at;
    uint32_t member;
    NodeId id;  // orders equal points, whatever the order of members
  };
  size_t members_;
  std::vector<Point> points_;  // rising
};

}  // namespace quorate::ring
