// Nodes as people name them.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace quorate::kvctl {

// 2 or n2.
std::optional<uint64_t> ParseNodeId(std::string_view text);

}  // namespace quorate::kvctl
