// What was probably meant.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace quorate::kvctl {

// The candidate nearest to `word` by edits (a swap of neighbours counts as
// one), in any case; empty if none is near.
std::string Nearest(std::string_view word, const std::vector<std::string>& candidates);

// ` (did you mean "put"?)`, or nothing.
std::string DidYouMean(std::string_view word, const std::vector<std::string>& candidates);

}  // namespace quorate::kvctl
