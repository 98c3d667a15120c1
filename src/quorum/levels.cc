#include "quorum/levels.h"

#include <algorithm>
#include <map>

namespace quorate::quorum {
namespace {

struct Share {
  size_t all = 0;
  size_t there = 0;
  bool majority() const { return there >= all / 2 + 1; }
};

std::map<std::string, Share> Shares(const std::vector<Member>& members, const Nodes& nodes) {
  std::map<std::string, Share> shares;
  for (const Member& member : members) {
    Share& share = shares[member.zone];
    ++share.all;
    if (nodes.contains(member.node)) ++share.there;
  }
  return shares;
}

}  // namespace

bool Enough(Level level, const std::vector<Member>& members, const std::string& zone,
            const Nodes& nodes) {
  Share total;
  std::map<std::string, Share> shares = Shares(members, nodes);
  for (const auto& [name, share] : shares) {
    total.all += share.all;
    total.there += share.there;
  }
  switch (level) {
    case Level::kTwo:
      return total.there >= 2;
    case Level::kQuorum:
      return total.majority();
    case Level::kAll:
      return total.there == total.all;
    case Level::kLocalQuorum:
      return shares[zone].majority();
    case Level::kEachQuorum:
      return std::all_of(shares.begin(), shares.end(),
                         [](const auto& share) { return share.second.majority(); });
    default:
      return total.there >= 1;
  }
}

bool CountsForWrites(Level level) { return level >= Level::kAny && level <= Level::kAll; }

bool CountsForReads(Level level) {
  return CountsForWrites(level) && level != Level::kAny && level != Level::kEachQuorum;
}

}  // namespace quorate::quorum
