// What a replica knows for certain, and tells the others once it is on disk:
// the writes it has seen, and the newest boot it has heard of each node, below
// which it refuses that node's messages.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "quorum/seen_clock.h"

namespace quorate::quorum {

struct Knowledge {
  SeenClock seen;
  std::map<NodeId, Boot> heard;
  // Of each node with ended boots, how many of their dots there were, the same at all who
  // had told of them from disk. Of an earlier build's ends nothing is known: not in it.
  std::map<NodeId, uint64_t> ended_dots;

  Boot HeardOf(NodeId node) const;
  // How many there would be if all before `first_live` ended now; nullopt: not known.
  std::optional<uint64_t> DotsBefore(NodeId node, Boot first_live) const;
  void End(NodeId node, Boot first_live);
  // Of one replica's knowledge, which only grows; or what another one's has as well.
  void Merge(const Knowledge& other);

  void AppendTo(std::string& out) const;
  static Knowledge TakeFrom(Reader& reader);
  friend bool operator==(const Knowledge&, const Knowledge&) = default;
};

}  // namespace quorate::quorum
