// The shapes in which a network falls apart, as sets of broken one-way links.
// Pure: who is where is the caller's choice.
#pragma once

#include <vector>

#include "base/ids.h"
#include "sim/network.h"

namespace quorate::sim {

using Nodes = std::vector<NodeId>;

// Both ways between each of `some` and each of `others`.
std::vector<LinkRule> Between(const Nodes& some, const Nodes& others, LinkFault fault,
                              double factor = 1);
// Only what `from` says to `to`.
std::vector<LinkRule> OneWay(const Nodes& from, const Nodes& to, LinkFault fault,
                             double factor = 1);
// `victim` hears nobody and is heard by nobody.
std::vector<LinkRule> Isolate(const Nodes& all, NodeId victim);
// The first `size` on one side, the rest on the other.
std::vector<LinkRule> Halves(const Nodes& all, size_t size);
// Everyone sees a majority, no two the same one: each reaches its neighbours
// in the order given.
std::vector<LinkRule> MajorityRing(const Nodes& all);
// Two halves that only `all.front()` can reach both of.
std::vector<LinkRule> Bridge(const Nodes& all);

}  // namespace quorate::sim
