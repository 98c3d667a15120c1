// What a copy that is no replica any more had, and those that are have not: it does not write
// into the present, so it goes to a conflict journal.
#include "quorum/local.h"

namespace quorate::quorum {

// Who lags would take for lost what the others have.
bool Local::TakesLegacy(const LegacyAsk& ask) const {
  const bool brings = !ask.records.empty() || !ask.discards.empty();
  return in_step() && (!brings || (filled_ && !joining() && seen().Covers(ask.known)));
}

void Local::KeepLegacy(const LegacyAsk& ask, const Now& now) {
  for (const SyncRecord& brought : ask.records) {
    if (!brought.record || brought.record->Dead(now.calendar_us) != brought.record->tombstone) {
      continue;  // nobody misses what has expired
    }
    const std::optional<Record> mine = Lookup(brought.key);
    const std::vector<Record> lost =
        policy_.Lost(brought.key, mine ? &*mine : nullptr, *brought.record, seen());
    for (const Record& one : lost) Emit(Discard{brought.key, one, {}, {}, now.calendar_us});
  }
  for (const Discard& discard : ask.discards) Emit(Discard(discard));
}

}  // namespace quorate::quorum
