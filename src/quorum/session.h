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
  // Boots that have ended, as told by either, are no longer asked for: every
  // replica has all of them.
  void Merge(const SessionPart& other);
  // Replaces odd dots by all up to the newest of them. `seen` is a clock that a
  // replica has on disk; the part asks for more from now on, but for nothing that
  // nobody has.
  void Compact(const SeenClock& seen);
  // An answer's part tells as well what its session, which came with `asked`, may
  // make shorter: odd dots that have closed up, boots that have ended.
  void TellShorter(const SessionPart& asked, const SeenClock& seen);

  void AppendTo(std::string& out) const;
  static SessionPart TakeFrom(Reader& reader);
  friend bool operator==(const SessionPart&, const SessionPart&) = default;
};

// As it travels with requests and receipts; nothing seen is no bytes.
std::string EncodeSessionPart(const SessionPart& part);
// INVALID_ARGUMENT, SESSION_DAMAGED.
absl::StatusOr<SessionPart> DecodeSessionPart(std::string_view bytes);
absl::Status SessionDamaged();

}  // namespace quorate::quorum
