#include "quorum/conflict_policy.h"

#include "quorum/seen_clock.h"

namespace quorate::quorum {

std::optional<Record> ConflictPolicy::Forget(std::string_view, const Record&,
                                             const SeenClock&) const {
  return std::nullopt;
}

std::vector<Record> ConflictPolicy::Lost(std::string_view, const Record*, const Record& theirs,
                                         const SeenClock& seen) const {
  if (seen.Contains(theirs.dot)) return {};
  return {theirs};
}

bool ConflictPolicy::Outlived(const Record& record, const SeenClock& seen) const {
  return seen.Contains(record.dot);
}

}  // namespace quorate::quorum
