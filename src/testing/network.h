// Who hears whom in an embedded cluster.
#pragma once

#include <atomic>
#include <cstdint>
#include <vector>

#include "absl/status/status.h"

namespace quorate::testing {

// Nodes are numbered from 1. Thread-safe; a change is seen by the next frame.
class Network {
 public:
  explicit Network(uint32_t nodes) : nodes_(nodes), cut_(nodes * nodes) {}

  bool Passes(uint32_t from, uint32_t to) const { return !Link(from, to).load(); }

  // Only nodes of one group hear each other. INVALID_ARGUMENT: no such node, or
  // one in two groups; nothing is changed then.
  absl::Status Partition(const std::vector<std::vector<uint32_t>>& groups);
  absl::Status Cut(uint32_t from, uint32_t to);
  void Heal();

  // INVALID_ARGUMENT if there is no such node.
  absl::Status CheckNode(uint32_t node) const;

 private:
  std::atomic<bool>& Link(uint32_t from, uint32_t to) {
    return cut_[(from - 1) * nodes_ + (to - 1)];
  }
  const std::atomic<bool>& Link(uint32_t from, uint32_t to) const {
    return cut_[(from - 1) * nodes_ + (to - 1)];
  }

  const uint32_t nodes_;
  std::vector<std::atomic<bool>> cut_;
};

}  // namespace quorate::testing
