#include <map>
#include <utility>

#include "base/hash.h"
#include "write_calls.h"

namespace quorate::bench {

std::vector<std::vector<std::string>> BatchesOf(const Target& target, const Member& member,
                                                uint32_t batch, size_t groups_max) {
  std::vector<std::vector<std::string>> batches;
  std::map<uint32_t, std::vector<std::string>> filling;  // by arc
  for (const std::string& key : member.keys) {
    if (batches.size() == groups_max) break;
    auto& group = filling[ArcOf(KeyHash(key), static_cast<uint32_t>(target.arcs))];
    group.push_back(key);
    if (group.size() == batch) batches.push_back(std::exchange(group, {}));
  }
  return batches;
}

}  // namespace quorate::bench
