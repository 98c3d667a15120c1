// What operations cost, by the kernel's counters, over the slices of several rounds.
#pragma once

#include <vector>

#include "figure.h"
#include "slice.h"

namespace quorate::bench {

struct Counters {
  // An operation's share; 0 where it was not metered.
  Spread servers_us;                   // CPU time
  std::vector<Spread> each_server_us;  // of it, in the servers' order
  Spread load_us;
  Spread switches;
  // How many operations share one, of the rounds that had any.
  Spread per_peer_message;
  Spread per_flush;
  Spread flushes_per_second;
};

Counters CountersOf(const std::vector<Slice>& slices);

// Of each slice, in their order.
template <class Of>
Spread SpreadOver(const std::vector<Slice>& slices, const Of& of) {
  std::vector<double> values;
  for (const Slice& slice : slices) values.push_back(of(slice));
  return SpreadOf(values);
}

}  // namespace quorate::bench
