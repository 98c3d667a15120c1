// What zones mean for one placement: how many replicas of an arc a zone may
// hold, and how many replicas in all each node shall.
#pragma once

#include <cstdint>
#include <vector>

#include "ring/placement.h"

namespace quorate::ring {

struct ZonePlan {
  uint32_t zones = 0;
  std::vector<uint32_t> zone_of;  // by position in input.nodes
  // Of one arc, in one zone. The smallest that still finds room for all.
  uint32_t per_arc_max = 1;
  // Of one arc, how many may stand in a zone that has one already: none while
  // there are zones enough.
  uint32_t doubled_per_arc = 0;
  std::vector<uint64_t> target_of;  // replicas in all, by position in input.nodes
};

// The targets can always be met: laid out node after node and zone after zone,
// replica s going to arc s modulo the number of arcs, they break no bound.
ZonePlan ComputeZonePlan(const PlacementInput& input);

}  // namespace quorate::ring
