#include "quorum/keyspace_session.h"

#include <algorithm>
#include <set>
#include <vector>

#include "quorum/bytes.h"

namespace quorate::quorum {
namespace {

// All identities of a token once, in their order; the sets name them by place.
std::vector<Identity> IdentitiesOf(const std::map<PartitionId, SeenClock>& dots) {
  std::set<Identity> all;
  for (const auto& [partition, clock] : dots) {
    for (const auto& [identity, set] : clock.sets()) all.insert(identity);
  }
  return {all.begin(), all.end()};
}

// Mostly one number: all from 1 up to it, doubled; one more where others follow.
void AppendCompact(const CounterSet& set, std::string& out) {
  const size_t odd = set.ranges().size() - (set.base() != 0 ? 1 : 0);
  AppendVarint(set.base() << 1 | (odd != 0 ? 1 : 0), out);
  if (odd == 0) return;
  AppendVarint(odd, out);
  uint64_t before = set.base();
  for (const CounterRange& range : set.ranges()) {
    if (range.last == set.base()) continue;
    AppendVarint(range.first - before, out);
    AppendVarint(range.last - range.first, out);
    before = range.last;
  }
}

// `by` above `from`, and short of where numbers end.
uint64_t Rise(uint64_t from, uint64_t by, Reader& reader) {
  constexpr uint64_t kMax = ~uint64_t{0} >> 1;
  if (by > kMax - from) reader.Spoil();
  return reader.ok() ? from + by : from;
}

void TakeCompact(const Identity& identity, Reader& reader, SeenClock& into) {
  const uint64_t head = reader.Varint();
  uint64_t before = head >> 1;
  if (before != 0) into.Add(identity, {1, before});
  if ((head & 1) == 0) {
    if (before == 0) reader.Spoil();
    return;
  }
  uint64_t left = reader.Count(2);
  if (left == 0) reader.Spoil();
  for (; left > 0 && reader.ok(); --left) {
    const uint64_t first = Rise(before, reader.Varint(), reader);
    const uint64_t last = Rise(first, reader.Varint(), reader);
    if (first <= before) reader.Spoil();
    if (reader.ok()) into.Add(identity, {first, last});
    before = last;
  }
}

SeenClock TakeClock(const std::vector<Identity>& identities, Reader& reader) {
  SeenClock clock;
  for (uint64_t left = reader.Count(2); left > 0 && reader.ok(); --left) {
    const uint64_t place = reader.Varint();
    if (place >= identities.size()) reader.Spoil();
    if (reader.ok()) TakeCompact(identities[place], reader, clock);
  }
  return clock;
}

}  // namespace

void KeyspaceSession::Note(PartitionId partition, const SessionPart& part) {
  if (part.empty()) return;
  time_ = std::max(time_, part.time);
  SessionPart known{dots_[partition], HlcTime()};
  known.Merge(part);
  dots_[partition] = std::move(known.dots);
}

void KeyspaceSession::Merge(const KeyspaceSession& other) {
  time_ = std::max(time_, other.time_);
  for (const auto& [partition, clock] : other.dots_) dots_[partition].Merge(clock);
}

SessionPart KeyspaceSession::Find(PartitionId partition) const {
  const auto found = dots_.find(partition);
  return {found == dots_.end() ? SeenClock() : found->second, time_};
}

std::string KeyspaceSession::Encode() const {
  std::string out;
  AppendVarint(time_.value(), out);
  const std::vector<Identity> identities = IdentitiesOf(dots_);
  AppendVarint(identities.size(), out);
  for (const Identity& identity : identities) AppendIdentity(identity, out);
  AppendVarint(dots_.size(), out);
  uint64_t before = 0;
  for (const auto& [partition, clock] : dots_) {
    AppendVarint(partition.value() - before, out);
    before = partition.value();
    AppendVarint(clock.sets().size(), out);
    for (const auto& [identity, set] : clock.sets()) {
      const auto at = std::lower_bound(identities.begin(), identities.end(), identity);
      AppendVarint(static_cast<uint64_t>(at - identities.begin()), out);
      AppendCompact(set, out);
    }
  }
  return out;
}

absl::StatusOr<KeyspaceSession> KeyspaceSession::Decode(std::string_view bytes) {
  KeyspaceSession session;
  Reader reader(bytes);
  session.time_ = HlcTime(reader.Varint());
  std::vector<Identity> identities(reader.Count(2));
  for (Identity& identity : identities) identity = reader.Identity();
  uint64_t before = 0;
  for (uint64_t left = reader.Count(2); left > 0 && reader.ok(); --left) {
    before = Rise(before, reader.Varint(), reader);
    session.dots_[PartitionId(before)] = TakeClock(identities, reader);
  }
  if (!reader.done()) return SessionDamaged();
  return session;
}

}  // namespace quorate::quorum
