#include "testing/network.h"

#include "base/error.h"
#include "base/strings.h"

namespace quorate::testing {

absl::Status Network::CheckNode(uint32_t node) const {
  if (node >= 1 && node <= nodes_) return absl::OkStatus();
  return MakeError(absl::StatusCode::kInvalidArgument, "NO_SUCH_NODE",
                   StrCat("node ", node, ": the nodes of this cluster are 1 to ", nodes_));
}

absl::Status Network::Partition(const std::vector<std::vector<uint32_t>>& groups) {
  std::vector<size_t> group_of(nodes_ + 1, 0);  // 0: none
  for (size_t group = 0; group < groups.size(); ++group) {
    for (const uint32_t node : groups[group]) {
      if (absl::Status known = CheckNode(node); !known.ok()) return known;
      if (group_of[node] != 0) {
        return MakeError(absl::StatusCode::kInvalidArgument, "NODE_TWICE",
                         StrCat("node ", node, " is named twice; it can be in one group only"));
      }
      group_of[node] = group + 1;
    }
  }
  for (uint32_t from = 1; from <= nodes_; ++from) {
    for (uint32_t to = 1; to <= nodes_; ++to) {
      Link(from, to) = group_of[from] == 0 || group_of[from] != group_of[to];
    }
  }
  return absl::OkStatus();
}

absl::Status Network::Cut(uint32_t from, uint32_t to) {
  for (const uint32_t node : {from, to}) {
    if (absl::Status known = CheckNode(node); !known.ok()) return known;
  }
  Link(from, to) = true;
  return absl::OkStatus();
}

void Network::Heal() {
  for (std::atomic<bool>& link : cut_) link = false;
}

}  // namespace quorate::testing
