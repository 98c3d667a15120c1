// "Did you mean …?" for anything people type by name.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "absl/types/span.h"

namespace quorate {

// The known name nearest to `typed`, if it is near enough to be a slip: one
// edit for each three letters, at least one. The first of equals.
std::optional<std::string> NearestName(std::string_view typed, absl::Span<const std::string> known);

// `; did you mean "listen"?`, or nothing.
std::string DidYouMean(std::string_view typed, absl::Span<const std::string> known);

}  // namespace quorate
