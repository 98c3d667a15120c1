#include "quorum/session.h"

#include <algorithm>

#include "quorum/bytes.h"

namespace quorate::quorum {

void SessionPart::Note(const Dot& dot, HlcTime at) {
  if (dot) dots.Add(dot);
  time = std::max(time, at);
}

void SessionPart::Merge(const SessionPart& other) {
  dots.Merge(other.dots);
  time = std::max(time, other.time);
}

void SessionPart::Compact(const SeenClock& seen) {
  SeenClock compacted;
  for (const auto& [identity, set] : dots.sets()) {
    if (seen.Ended(identity)) continue;  // held by all
    if (const uint64_t base = seen.Of(identity).base(); base != 0) {
      compacted.Add(identity, {1, base});
    }
    for (const CounterRange& range : set.ranges()) compacted.Add(identity, range);
  }
  dots = std::move(compacted);
}

void SessionPart::AppendTo(std::string& out) const {
  AppendVarint(time.value(), out);
  dots.AppendTo(out);
}

SessionPart SessionPart::TakeFrom(Reader& reader) {
  SessionPart part;
  part.time = HlcTime(reader.Varint());
  part.dots = SeenClock::TakeFrom(reader);
  return part;
}

}  // namespace quorate::quorum
