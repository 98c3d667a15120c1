// The keyspaces of merging policies that the simulator writes to: what is written
// there, and which cells of it a read shows.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/random.h"
#include "kv/command.h"
#include "quorum/record.h"
#include "ring/topology.h"
#include "sim/merging_op.h"

namespace quorate::sim {

struct MergingKeyspace {
  const char* name;
  Conflict conflict;
  char initial;  // of its keys
};
inline constexpr MergingKeyspace kMergingKeyspaces[] = {
    {"counters", Conflict::kCounter, 'c'},
    {"sets", Conflict::kSet, 's'},
    {"siblings", Conflict::kSiblings, 'b'},
    {"maps", Conflict::kMap, 'm'},
};
// Of each, numbered from 0.
inline constexpr uint64_t kMergingKeys = 2;

const MergingKeyspace& MergingKeyspaceOf(const std::string& key);

// Makes `op`, which has an id and a key, some write of that key. `shown`: what a read
// of it showed, whose context it may use; without one, nothing is known.
void RollWrite(Random& random, const MergingShown& shown, MergingOp& op);

// What a read found at that key.
MergingShown ShownIn(const std::string& key, const std::optional<kv::Record>& found);
// What a replica holds there, as a read would show it.
MergingShown ShownIn(const std::string& key, const std::optional<quorum::Record>& held);

}  // namespace quorate::sim
