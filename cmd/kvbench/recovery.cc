#include "recovery.h"

#include <algorithm>

namespace quorate::bench {
namespace {

constexpr size_t kInARow = 20;

absl::Duration QuantileOf(std::vector<absl::Duration> spans, double quantile) {
  if (spans.empty()) return absl::InfiniteDuration();
  std::sort(spans.begin(), spans.end());
  return spans[static_cast<size_t>(quantile * static_cast<double>(spans.size() - 1))];
}

}  // namespace

absl::Duration RecoveredAfter(std::vector<DueCall> calls, absl::Time begin, absl::Time end) {
  std::sort(calls.begin(), calls.end(),
            [](const DueCall& a, const DueCall& b) { return a.due < b.due; });
  std::vector<absl::Duration> usual;
  std::vector<DueCall> after;
  for (const DueCall& call : calls) {
    if (call.due < begin && call.done) usual.push_back(call.took);
    if (call.due >= end) after.push_back(call);
  }
  const absl::Duration limit = QuantileOf(usual, 0.9);
  for (size_t first = 0; first + kInARow <= after.size(); ++first) {
    std::vector<absl::Duration> row;
    for (size_t i = first; i < first + kInARow && after[i].done; ++i) row.push_back(after[i].took);
    if (row.size() == kInARow && QuantileOf(row, 0.5) <= limit) return after[first].due - end;
  }
  return absl::InfiniteDuration();
}

}  // namespace quorate::bench
