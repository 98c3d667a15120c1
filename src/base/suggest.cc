#include "base/suggest.h"

#include <algorithm>
#include <vector>

#include "base/strings.h"

namespace quorate {
namespace {

// Edits (insert, delete, replace, swap of neighbours) from one to the other:
// the optimal string alignment distance.
size_t EditDistance(std::string_view a, std::string_view b) {
  std::vector<std::vector<size_t>> d(a.size() + 1, std::vector<size_t>(b.size() + 1));
  for (size_t i = 0; i <= a.size(); ++i) d[i][0] = i;
  for (size_t j = 0; j <= b.size(); ++j) d[0][j] = j;
  for (size_t i = 1; i <= a.size(); ++i) {
    for (size_t j = 1; j <= b.size(); ++j) {
      const size_t replace = d[i - 1][j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
      d[i][j] = std::min({d[i - 1][j] + 1, d[i][j - 1] + 1, replace});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
        d[i][j] = std::min(d[i][j], d[i - 2][j - 2] + 1);
      }
    }
  }
  return d[a.size()][b.size()];
}

constexpr size_t kTypedMax = 64;  // nobody means a name that long

}  // namespace

std::optional<std::string> NearestName(std::string_view typed,
                                       absl::Span<const std::string> known) {
  if (typed.size() > kTypedMax) return std::nullopt;
  size_t best = std::max<size_t>(1, typed.size() / 3) + 1;
  std::optional<std::string> nearest;
  for (const std::string& name : known) {
    const size_t distance = EditDistance(typed, name);
    if (distance >= best) continue;
    best = distance;
    nearest = name;
  }
  return nearest;
}

std::string DidYouMean(std::string_view typed, absl::Span<const std::string> known) {
  const auto nearest = NearestName(typed, known);
  return nearest ? StrCat("; did you mean \"", *nearest, "\"?") : std::string();
}

}  // namespace quorate
