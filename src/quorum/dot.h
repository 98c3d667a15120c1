// The name of one write: who coordinated it, and its how-manieth.
#pragma once

#include <compare>
#include <cstdint>
#include <ostream>
#include <string>
#include <utility>

#include "base/ids.h"

namespace quorate::quorum {

// A replica in one life of its node. The boot rises at each start and with each
// wipe or restore of its disk, so that no dot is ever used twice, although a
// coordinator sends before it has synced and may forget in a crash what it sent.
struct Identity {
  NodeId node;
  Boot boot;

  constexpr auto operator<=>(const Identity&) const = default;
  std::string ToString() const { return node.ToString() + boot.ToString(); }

  template <class H>
  friend H AbslHashValue(H h, const Identity& identity) {
    return H::combine(std::move(h), identity.node, identity.boot);
  }
  friend std::ostream& operator<<(std::ostream& out, const Identity& identity) {
    return out << identity.ToString();
  }
};

// Counters start at 1, without holes; 0 is no dot.
struct Dot {
  Identity identity;
  uint64_t counter = 0;

  constexpr explicit operator bool() const { return counter != 0; }
  constexpr auto operator<=>(const Dot&) const = default;
  std::string ToString() const { return identity.ToString() + "." + std::to_string(counter); }

  template <class H>
  friend H AbslHashValue(H h, const Dot& dot) {
    return H::combine(std::move(h), dot.identity, dot.counter);
  }
  friend std::ostream& operator<<(std::ostream& out, const Dot& dot) {
    return out << dot.ToString();
  }
};

}  // namespace quorate::quorum
