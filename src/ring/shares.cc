#include "ring/shares.h"

#include <algorithm>
#include <cstddef>

#include "base/check.h"

namespace quorate::ring {
namespace {

// Exact fractions, so that every machine computes the same.
__extension__ typedef __int128 Wide;

// What is left to share out in proportion once some are held to a bound.
struct Rest {
  Wide total = 0;
  Wide weight = 0;
};

class Sharing {
 public:
  Sharing(uint64_t total, absl::Span<const Claim> claims)
      : claims_(claims), free_(claims.size(), true), shares_(claims.size(), 0) {
    rest_.total = total;
    for (const Claim& claim : claims) rest_.weight += claim.weight;
  }

  // Holds those whose proportional share breaks a bound to it, the more
  // pressing side first, until none does.
  void HoldToBounds() {
    for (;;) {
      Wide raised = 0, lowered = 0;
      for (size_t i = 0; i < claims_.size(); ++i) {
        if (!free_[i]) continue;
        raised += std::max<Wide>(0, ScaledBound(claims_[i].low) - ScaledShare(i));
        lowered += std::max<Wide>(0, ScaledShare(i) - ScaledBound(claims_[i].high));
      }
      if (raised == 0 && lowered == 0) return;
      const Rest before = rest_;
      for (size_t i = 0; i < claims_.size(); ++i) {
        if (!free_[i]) continue;
        const Wide share = before.total * claims_[i].weight;
        if (raised >= lowered && share < before.weight * claims_[i].low) {
          Hold(i, claims_[i].low);
        } else if (lowered >= raised && share > before.weight * claims_[i].high) {
          Hold(i, claims_[i].high);
        }
      }
    }
  }

  std::vector<uint64_t> Round() && {
    std::vector<size_t> odd;
    Wide left = rest_.total;
    for (size_t i = 0; i < claims_.size(); ++i) {
      if (!free_[i]) continue;
      shares_[i] = static_cast<uint64_t>(ScaledShare(i) / rest_.weight);
      left -= shares_[i];
      if (ScaledShare(i) % rest_.weight != 0) odd.push_back(i);
    }
    std::stable_sort(odd.begin(), odd.end(), [&](size_t a, size_t b) { return Before(a, b); });
    QUORATE_CHECK(left == 0 || static_cast<size_t>(left) <= odd.size(), "the bounds leave no room");
    for (size_t k = 0; k < static_cast<size_t>(left); ++k) ++shares_[odd[k]];
    return std::move(shares_);
  }

 private:
  // Both times rest_.weight.
  Wide ScaledShare(size_t i) const { return rest_.total * claims_[i].weight; }
  Wide ScaledBound(uint64_t bound) const { return rest_.weight * bound; }

  void Hold(size_t i, uint64_t share) {
    free_[i] = false;
    shares_[i] = share;
    rest_.total -= share;
    rest_.weight -= claims_[i].weight;
  }

  bool Before(size_t a, size_t b) const {
    const bool a_has = claims_[a].have > shares_[a], b_has = claims_[b].have > shares_[b];
    if (a_has != b_has) return a_has;
    const Wide a_part = ScaledShare(a) % rest_.weight, b_part = ScaledShare(b) % rest_.weight;
    if (a_part != b_part) return a_part > b_part;
    return Wide{claims_[a].elsewhere} * claims_[b].weight <
           Wide{claims_[b].elsewhere} * claims_[a].weight;
  }

  absl::Span<const Claim> claims_;
  Rest rest_;
  std::vector<bool> free_;
  std::vector<uint64_t> shares_;
};

}  // namespace

std::vector<uint64_t> ComputeShares(uint64_t total, absl::Span<const Claim> claims) {
  Sharing sharing(total, claims);
  sharing.HoldToBounds();
  return std::move(sharing).Round();
}

}  // namespace quorate::ring
