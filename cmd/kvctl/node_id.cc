#include "node_id.h"

#include <charconv>

namespace quorate::kvctl {

std::optional<uint64_t> ParseNodeId(std::string_view text) {
  if (text.starts_with('n')) text.remove_prefix(1);
  uint64_t id = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), id);
  if (error != std::errc() || end != text.data() + text.size() || id == 0) return std::nullopt;
  return id;
}

}  // namespace quorate::kvctl
