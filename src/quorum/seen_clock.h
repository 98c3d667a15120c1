// Which writes were seen: for each identity a set of counters, which is one
// number (all up to here) but for what is still missing. A boot that has ended
// everywhere needs no set any more: all that there will ever be of it was seen.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "quorum/counter_set.h"
#include "quorum/dot.h"
#include "quorum/small_map.h"

namespace quorate::quorum {

class Reader;

class SeenClock {
 public:
  void Add(const Dot& dot);
  void Add(const Identity& identity, CounterRange range);
  void Merge(const SeenClock& other);
  // What is left is dots alone: of a boot that has ended nobody misses any.
  void Subtract(const SeenClock& other);
  // Those dots are not seen any more; what has ended stays so.
  void Remove(const SeenClock& dots);
  // All dots of the node's boots before `first_live` count as seen.
  void End(NodeId node, Boot first_live);

  bool Contains(const Dot& dot) const;
  bool Covers(const SeenClock& other) const;
  bool Ended(const Identity& identity) const;
  // Of that identity; empty where it has ended.
  const CounterSet& Of(const Identity& identity) const;

  // Dots in the sets; ended boots don't count.
  uint64_t size() const;
  bool empty() const { return sets_.empty() && ended_.empty(); }
  const SmallMap<Identity, CounterSet>& sets() const { return sets_; }
  // Of each node, the first boot that has not ended; nodes of which none has are
  // not in it.
  const SmallMap<NodeId, Boot>& ended() const { return ended_; }

  // n1b2:1-7,9 and so on, for people.
  std::string ToString() const;

  // Varints: nodes with ended boots, then identities with their ranges, each
  // number as the distance to the one before.
  void AppendTo(std::string& out) const;
  // Spoils the reader where the bytes are no clock.
  static SeenClock TakeFrom(Reader& reader);

  friend SeenClock Intersect(const SeenClock& a, const SeenClock& b);
  friend bool operator==(const SeenClock&, const SeenClock&) = default;

 private:
  SmallMap<Identity, CounterSet> sets_;  // none is empty, none has ended
  SmallMap<NodeId, Boot> ended_;
};

SeenClock Intersect(const SeenClock& a, const SeenClock& b);

}  // namespace quorate::quorum
