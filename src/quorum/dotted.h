// The merge that siblings, sets and maps share: of two lists of things named by
// the dots that wrote them, each with what its holder has seen, stays what both
// hold, and what one holds and the other has not seen. What one has seen and
// does not hold was removed there. (Optimised OR-set: Bieniusa et al. 2012;
// dotted version vectors: Preguiça et al. 2012.)
#pragma once

#include <algorithm>
#include <iterator>
#include <utility>
#include <vector>

#include "absl/functional/function_ref.h"
#include "quorum/dot.h"
#include "quorum/version_vector.h"

namespace quorate::quorum {

using SawDot = absl::FunctionRef<bool(const Dot&)>;

// Sorted by `dot`, which T has.
template <class T>
std::vector<T> MergeDotted(const std::vector<T>& mine, SawDot i_saw, const std::vector<T>& theirs,
                           SawDot they_saw) {
  std::vector<T> merged;
  auto a = mine.begin();
  auto b = theirs.begin();
  while (a != mine.end() || b != theirs.end()) {
    if (b == theirs.end() || (a != mine.end() && a->dot < b->dot)) {
      if (!they_saw(a->dot)) merged.push_back(*a);
      ++a;
    } else if (a == mine.end() || b->dot < a->dot) {
      if (!i_saw(b->dot)) merged.push_back(*b);
      ++b;
    } else {
      merged.push_back(*a);
      ++a;
      ++b;
    }
  }
  return merged;
}

// Drops what `context` has seen.
template <class T>
void RemoveSeen(std::vector<T>& dotted, const VersionVector& context) {
  std::erase_if(dotted, [&](const T& one) { return context.Covers(one.dot); });
}

// Whether every replica has seen all that `seen` has.
inline bool AllCovered(const VersionVector& seen, SawDot covered) {
  return std::all_of(seen.entries().begin(), seen.entries().end(), [&](const auto& entry) {
    return covered(Dot{entry.first, entry.second});
  });
}

template <class T>
void InsertDotted(std::vector<T>& dotted, T one) {
  const auto at = std::upper_bound(dotted.begin(), dotted.end(), one,
                                   [](const T& a, const T& b) { return a.dot < b.dot; });
  dotted.insert(at, std::move(one));
}

// std::erase_if, for a condition that changes what it looks at.
template <class Map, class Gone>
void ChangeAndErase(Map& map, Gone gone) {
  for (auto at = map.begin(); at != map.end();) {
    at = gone(at->first, at->second) ? map.erase(at) : std::next(at);
  }
}

}  // namespace quorate::quorum
