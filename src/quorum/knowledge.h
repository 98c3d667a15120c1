// What a replica knows for certain, and tells the others once it is on disk:
// the writes it has seen, and the newest boot it has heard of each node, below
// which it refuses that node's messages.
#pragma once

#include <map>
#include <string>

#include "quorum/seen_clock.h"

namespace quorate::quorum {

struct Knowledge {
  SeenClock seen;
  std::map<NodeId, Boot> heard;

  Boot HeardOf(NodeId node) const;
  // Of one replica's knowledge, which only grows.
  void Merge(const Knowledge& other);

  void AppendTo(std::string& out) const;
  static Knowledge TakeFrom(Reader& reader);
  friend bool operator==(const Knowledge&, const Knowledge&) = default;
};

}  // namespace quorate::quorum
