// Holds the conflict journals of a leaderless keyspace (lww) against what was really
// lost, when nothing is under way and all replicas hold the same.
//
// What it holds against the system: each acknowledged write that is there no more, and
// that no later write of its key knew of, is in some replica's journal; and whatever is
// in one was written, to that key, lost to a later write of it, and is not what is there.
#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <utility>

#include "ring/topology.h"
#include "sim/cluster.h"

namespace quorate::sim {

// Keys with versions.
using AcknowledgedWrites = std::set<std::pair<std::string, uint64_t>>;

// Empty: nothing.
std::string WhatIsWrongInJournals(Cluster& cluster, const ring::KeyspaceInfo& keyspace,
                                  const AcknowledgedWrites& acknowledged);

}  // namespace quorate::sim
