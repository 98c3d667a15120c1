#include "quorum/session.h"

#include <algorithm>

#include "base/error.h"
#include "quorum/bytes.h"

namespace quorate::quorum {
namespace {

// With the dots of one replica's life.
constexpr size_t kBytesLikely = 40;

}  // namespace

void SessionPart::Note(const Dot& dot, HlcTime at) {
  if (dot) dots.Add(dot);
  time = std::max(time, at);
}

void SessionPart::Merge(const SessionPart& other) {
  dots.Merge(other.dots);
  dots.Subtract(SeenClock());  // which drops what is told of ended boots
  time = std::max(time, other.time);
}

void SessionPart::Compact(const SeenClock& seen) {
  SeenClock compacted;
  for (const auto& [identity, set] : dots.sets()) {
    if (seen.Ended(identity)) continue;  // held by all
    const uint64_t base = std::min(seen.Of(identity).base(), set.largest());
    if (base >= set.ranges().front().first) compacted.Add(identity, {1, base});
    for (const CounterRange& range : set.ranges()) compacted.Add(identity, range);
  }
  dots = std::move(compacted);
}

void SessionPart::TellShorter(const SessionPart& asked, const SeenClock& seen) {
  for (const auto& [identity, set] : asked.dots.sets()) {
    if (const auto ended = seen.ended().find(identity.node); seen.Ended(identity)) {
      dots.End(identity.node, ended->second);
      continue;
    }
    const uint64_t base = std::min(seen.Of(identity).base(), set.largest());
    if (base > set.base()) dots.Add(identity, {1, base});
  }
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

std::string EncodeSessionPart(const SessionPart& part) {
  std::string bytes;
  if (part.empty()) return bytes;
  bytes.reserve(kBytesLikely);
  part.AppendTo(bytes);
  return bytes;
}

absl::Status SessionDamaged() {
  return MakeError(absl::StatusCode::kInvalidArgument, "SESSION_DAMAGED",
                   "what was given as seen by a session can't be read: begin a new session");
}

absl::StatusOr<SessionPart> DecodeSessionPart(std::string_view bytes) {
  if (bytes.empty()) return SessionPart();
  Reader reader(bytes);
  SessionPart part = SessionPart::TakeFrom(reader);
  if (!reader.done()) return SessionDamaged();
  return part;
}

}  // namespace quorate::quorum
