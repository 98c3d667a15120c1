#include "quorum/bytes.h"
#include "quorum/seen_clock.h"

namespace quorate::quorum {
namespace {

void AppendSet(const CounterSet& set, std::string& out) {
  AppendVarint(set.ranges().size(), out);
  uint64_t before = 0;
  for (const CounterRange& range : set.ranges()) {
    AppendVarint(range.first - before, out);
    AppendVarint(range.last - range.first, out);
    before = range.last;
  }
}

// `before` plus a distance that is not zero; spoils the reader on none, and on
// what no counter can reach.
uint64_t Rise(uint64_t before, uint64_t distance, Reader& reader) {
  if (distance == 0 || before + distance < before) reader.Spoil();
  return before + distance;
}

CounterSet TakeSet(Reader& reader) {
  CounterSet set;
  uint64_t before = 0;
  for (uint64_t left = reader.Count(2); left > 0 && reader.ok(); --left) {
    const uint64_t distance = reader.Varint();
    // Next to the one before it would be the same range.
    if (before != 0 && distance == 1) reader.Spoil();
    const uint64_t first = Rise(before, distance, reader);
    // The largest number stays free: one more than any counter is one, too.
    const uint64_t last = Rise(first - 1, reader.Varint() + 1, reader);
    if (last == ~uint64_t{0}) reader.Spoil();
    if (reader.ok()) set.Add({first, last});
    before = last;
  }
  if (set.empty()) reader.Spoil();
  return set;
}

}  // namespace

void SeenClock::AppendTo(std::string& out) const {
  AppendVarint(ended_.size(), out);
  for (const auto& [node, boot] : ended_) AppendIdentity({node, boot}, out);
  AppendVarint(sets_.size(), out);
  for (const auto& [identity, set] : sets_) {
    AppendIdentity(identity, out);
    AppendSet(set, out);
  }
}

SeenClock SeenClock::TakeFrom(Reader& reader) {
  SeenClock clock;
  for (uint64_t left = reader.Count(2); left > 0 && reader.ok(); --left) {
    const Identity live = reader.Identity();
    if (!clock.ended_.empty() && clock.ended_.rbegin()->first >= live.node) reader.Spoil();
    clock.ended_[live.node] = live.boot;
  }
  for (uint64_t left = reader.Count(5); left > 0 && reader.ok(); --left) {
    const Identity identity = reader.Identity();
    const bool rising = clock.sets_.empty() || clock.sets_.rbegin()->first < identity;
    if (!rising || clock.Ended(identity)) reader.Spoil();
    clock.sets_[identity] = TakeSet(reader);
  }
  return reader.ok() ? clock : SeenClock();
}

}  // namespace quorate::quorum
