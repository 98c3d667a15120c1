#include "quorum/recent_writes.h"

#include <algorithm>
#include <utility>

#include "base/hash.h"

namespace quorate::quorum {
namespace {

// Of one generation; two of them take some 400 KB.
constexpr size_t kWritesMax = 4096;

}  // namespace

void RecentWrites::Note(std::string_view key, const Record& record, const SeenClock& seen) {
  Note(Hash64(key), Write{record.time, record.dot}, seen);
}

void RecentWrites::Note(const Run& run, const SeenClock& seen) {
  run.ForEach([&](uint64_t at, const RunWrite& write) {
    const Dot dot{run.first.identity, run.first.counter + at};
    Note(Hash64(write.key), Write{TimeIn(write.record), dot}, seen);
  });
}

void RecentWrites::Note(uint64_t key, const Write& write, const SeenClock& seen) {
  if (now_.writes.size() >= kWritesMax) {
    floor_ = std::max(floor_, before_.newest);
    floor_seen_ = std::move(before_.seen);
    before_ = std::exchange(now_, {floor_, {}, {}});
    before_.seen = seen;
  }
  Write& newest = now_.writes[key];
  if (newest.time <= write.time) newest = write;
  now_.newest = std::max(now_.newest, write.time);
}

bool RecentWrites::Allows(const Generation& generation, uint64_t key, const Write& write,
                          const SeenClock& context) {
  const auto found = generation.writes.find(key);
  return found == generation.writes.end() ||
         (found->second.time < write.time && (found->second.dot.identity == write.dot.identity ||
                                              context.Contains(found->second.dot)));
}

bool RecentWrites::IsAboveFloor(HlcTime time, const SeenClock& context) const {
  return time > floor_ && context.Covers(floor_seen_);
}

bool RecentWrites::IsNewest(std::string_view key, const Record& record,
                            const SeenClock& context) const {
  if (!IsAboveFloor(record.time, context)) return false;
  const uint64_t hash = Hash64(key);
  const Write write{record.time, record.dot};
  return Allows(now_, hash, write, context) && Allows(before_, hash, write, context);
}

// Of two writes of one key the later one is behind the other, of the same replica.
bool RecentWrites::AreNewest(const Run& run, const SeenClock& context) const {
  bool all = true;
  run.ForEach([&](uint64_t at, const RunWrite& of_key) {
    const Write write{TimeIn(of_key.record), {run.first.identity, run.first.counter + at}};
    // Their times rise.
    if (at == 0) all = IsAboveFloor(write.time, context);
    if (!all) return;
    const uint64_t hash = Hash64(of_key.key);
    all = Allows(now_, hash, write, context) && Allows(before_, hash, write, context);
  });
  return all;
}

}  // namespace quorate::quorum
