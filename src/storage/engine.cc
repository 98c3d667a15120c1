#include "storage/engine.h"

#include <utility>

namespace quorate {

absl::StatusOr<std::vector<std::optional<std::string>>> Engine::GetAll(
    absl::Span<const std::string> keys) const {
  std::vector<std::optional<std::string>> found;
  found.reserve(keys.size());
  for (const std::string& key : keys) {
    auto one = Get(key);
    if (!one.ok()) return one.status();
    found.push_back(*std::move(one));
  }
  return found;
}

}  // namespace quorate
