#include "quorum/levels.h"

#include <algorithm>

namespace quorate::quorum {
namespace {

struct Share {
  size_t all = 0;
  size_t there = 0;
  bool majority() const { return there >= all / 2 + 1; }
};

// Asked for each write, so it needs no memory. `zone` null: of all members.
Share ShareOf(const std::vector<Member>& members, const std::string* zone, const Nodes& nodes) {
  Share share;
  for (const Member& member : members) {
    if (zone != nullptr && member.zone != *zone) continue;
    ++share.all;
    if (nodes.contains(member.node)) ++share.there;
  }
  return share;
}

}  // namespace

bool Enough(Level level, const std::vector<Member>& members, const std::string& zone,
            const Nodes& nodes) {
  if (level == Level::kLocalQuorum) return ShareOf(members, &zone, nodes).majority();
  if (level == Level::kEachQuorum) {
    return std::all_of(members.begin(), members.end(), [&](const Member& member) {
      return ShareOf(members, &member.zone, nodes).majority();
    });
  }
  const Share total = ShareOf(members, nullptr, nodes);
  switch (level) {
    case Level::kTwo:
      return total.there >= 2;
    case Level::kQuorum:
      return total.majority();
    case Level::kAll:
      return total.there == total.all;
    default:
      return total.there >= 1;
  }
}

bool CountsForWrites(Level level) { return level >= Level::kAny && level <= Level::kAll; }

bool CountsForReads(Level level) {
  return CountsForWrites(level) && level != Level::kAny && level != Level::kEachQuorum;
}

}  // namespace quorate::quorum
