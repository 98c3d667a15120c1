#include "base/reasons.h"

#include <algorithm>
#include <array>

namespace quorate {

namespace {

std::array<absl::Span<const ReasonText>, 5> Parts() {
  return {RequestReasons(), ClusterReasons(), InnerReasons(), PolicyReasons(), BackupReasons()};
}

}  // namespace

std::vector<ReasonText> AllReasons() {
  std::vector<ReasonText> all;
  for (const auto& part : Parts()) {
    all.insert(all.end(), part.begin(), part.end());
  }
  std::sort(all.begin(), all.end(),
            [](const ReasonText& a, const ReasonText& b) { return a.name < b.name; });
  return all;
}

const ReasonText* FindReason(std::string_view name) {
  for (const auto& part : Parts()) {
    for (const ReasonText& one : part) {
      if (one.name == name) return &one;
    }
  }
  return nullptr;
}

}  // namespace quorate
