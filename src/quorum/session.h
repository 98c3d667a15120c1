// What a session has written and read in one partition: the dots, and the
// newest time-stamp, which its next write must be above.
#pragma once

#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "base/hlc.h"
#include "quorum/seen_clock.h"

namespace quorate::quorum {

struct SessionPart {
  SeenClock dots;
  HlcTime time;

  bool empty() const { return dots.empty() && time == HlcTime(); }
  void Note(const Dot& dot, HlcTime at);
  void Merge(const SessionPart& other);
  // Replaces many odd dots by what all up to them are. `seen` is a clock that a
  // replica has on disk and that covers `dots`; the part asks for more from now
  // on, but for nothing that nobody has.
  void Compact(const SeenClock& seen);

  void AppendTo(std::string& out) const;
  static SessionPart TakeFrom(Reader& reader);
  friend bool operator==(const SessionPart&, const SessionPart&) = default;
};

}  // namespace quorate::quorum
