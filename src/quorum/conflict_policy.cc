#include "quorum/conflict_policy.h"

#include "quorum/seen_clock.h"

namespace quorate::quorum {

bool ConflictPolicy::Outlived(const Record& record, const SeenClock& seen) const {
  return seen.Contains(record.dot);
}

}  // namespace quorate::quorum
