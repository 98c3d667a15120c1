#include "counters.h"

#include <algorithm>
#include <cstdint>

namespace quorate::bench {
namespace {

double Share(const Slice& slice, double whole) {
  return whole / static_cast<double>(std::max<uint64_t>(slice.done, 1));
}

// How many operations share one of what `count` tells.
template <class Count>
Spread Sharing(const std::vector<Slice>& slices, const Count& count) {
  std::vector<double> values;
  for (const Slice& slice : slices) {
    const uint64_t all = count(slice.cost);
    if (all > 0) values.push_back(static_cast<double>(slice.done) / static_cast<double>(all));
  }
  return SpreadOf(values);
}

}  // namespace

Counters CountersOf(const std::vector<Slice>& slices) {
  const auto share = [&](const auto& of) {
    return SpreadOver(slices, [&](const Slice& slice) { return Share(slice, of(slice.cost)); });
  };
  Counters counters;
  counters.servers_us =
      share([](const Cost& cost) { return absl::ToDoubleMicroseconds(cost.servers); });
  const size_t servers = slices.empty() ? 0 : slices.front().cost.each_server.size();
  for (size_t i = 0; i < servers; ++i) {
    counters.each_server_us.push_back(
        share([i](const Cost& cost) { return absl::ToDoubleMicroseconds(cost.each_server[i]); }));
  }
  counters.load_us = share([](const Cost& cost) { return absl::ToDoubleMicroseconds(cost.load); });
  counters.switches = share([](const Cost& cost) { return static_cast<double>(cost.switches); });
  counters.per_peer_message = Sharing(slices, [](const Cost& cost) { return cost.peer_messages; });
  counters.per_flush = Sharing(slices, [](const Cost& cost) { return cost.flushes; });
  counters.flushes_per_second = SpreadOver(slices, [](const Slice& slice) {
    const double seconds = absl::ToDoubleSeconds(slice.elapsed);
    return seconds > 0 ? static_cast<double>(slice.cost.flushes) / seconds : 0;
  });
  return counters;
}

}  // namespace quorate::bench
