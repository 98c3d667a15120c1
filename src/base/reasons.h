// What the reasons of errors mean and what to do about each: one table for
// `kvctl explain` and whoever else explains. A test holds it complete.
#pragma once

#include <string_view>
#include <vector>

#include "absl/types/span.h"

namespace quorate {

struct ReasonText {
  std::string_view name;     // as ReasonOf gives it: NO_LEADER
  std::string_view meaning;  // one or two sentences
  std::string_view remedy;   // what to do
};

// Of errors that requests meet, that the cluster's making and starting meets,
// that say something is damaged or misused inside, that conflict policies and
// registers of leaderless keyspaces give, and that backups meet.
absl::Span<const ReasonText> RequestReasons();
absl::Span<const ReasonText> ClusterReasons();
absl::Span<const ReasonText> InnerReasons();
absl::Span<const ReasonText> PolicyReasons();
absl::Span<const ReasonText> BackupReasons();

// By name.
std::vector<ReasonText> AllReasons();
// nullptr: there is none of that name.
const ReasonText* FindReason(std::string_view name);

}  // namespace quorate
