#include "ring/hash_ring.h"

#include <algorithm>
#include <tuple>

#include "base/hash.h"
#include "base/strings.h"

namespace quorate::ring {

HashRing::HashRing(absl::Span<const Member> members) : members_(members.size()) {
  for (uint32_t i = 0; i < members.size(); ++i) {
    const uint64_t count = (uint64_t{members[i].weight} * kVirtualNodes + 99) / 100;
    for (uint64_t k = 0; k < std::max<uint64_t>(count, 1); ++k) {
      points_.push_back({Hash64(StrCat(members[i].id.value(), "/", k)), i, members[i].id});
    }
  }
  std::sort(points_.begin(), points_.end(), [](const Point& a, const Point& b) {
    return std::tie(a.at, a.id) < std::tie(b.at, b.id);
  });
}

std::vector<uint32_t> HashRing::Preference(uint64_t point) const {
  std::vector<uint32_t> order;
  order.reserve(members_);
  std::vector<bool> seen(members_, false);
  const auto first = std::lower_bound(points_.begin(), points_.end(), point,
                                      [](const Point& a, uint64_t at) { return a.at < at; });
  size_t at = static_cast<size_t>(first - points_.begin());
  for (size_t step = 0; step < points_.size() && order.size() < members_; ++step, ++at) {
    const uint32_t member = points_[at % points_.size()].member;
    if (seen[member]) continue;
    seen[member] = true;
    order.push_back(member);
  }
  return order;
}

}  // namespace quorate::ring
