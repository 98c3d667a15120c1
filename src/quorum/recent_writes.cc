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
  if (now_.writes.size() >= kWritesMax) {
    floor_ = std::max(floor_, before_.newest);
    floor_seen_ = std::move(before_.seen);
    before_ = std::exchange(now_, {floor_, {}, {}});
    before_.seen = seen;
  }
  Write& write = now_.writes[Hash64(key)];
  if (write.time <= record.time) write = {record.time, record.dot};
  now_.newest = std::max(now_.newest, record.time);
}

bool RecentWrites::Allows(const Generation& generation, uint64_t key, const Record& record,
                          const SeenClock& context) {
  const auto found = generation.writes.find(key);
  return found == generation.writes.end() ||
         (found->second.time < record.time && (found->second.dot.identity == record.dot.identity ||
                                               context.Contains(found->second.dot)));
}

bool RecentWrites::IsNewest(std::string_view key, const Record& record,
                            const SeenClock& context) const {
  if (record.time <= floor_ || !context.Covers(floor_seen_)) return false;
  const uint64_t hash = Hash64(key);
  return Allows(now_, hash, record, context) && Allows(before_, hash, record, context);
}

}  // namespace quorate::quorum
