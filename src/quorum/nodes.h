// A set of nodes, in order: replicas of one partition, so few that they are kept where
// the set stands.
#pragma once

#include <algorithm>
#include <array>
#include <initializer_list>

#include "base/check.h"
#include "base/ids.h"
#include "base/limits.h"

namespace quorate::quorum {

class Nodes {
 public:
  Nodes() = default;
  Nodes(std::initializer_list<NodeId> nodes) { insert(nodes.begin(), nodes.end()); }
  template <class Iterator>
  Nodes(Iterator first, Iterator last) {
    insert(first, last);
  }

  void insert(NodeId node) {
    NodeId* const at = std::lower_bound(nodes_.begin(), Last(), node);
    if (at != Last() && *at == node) return;
    QUORATE_CHECK(size_ < nodes_.size(), "more nodes than a partition has replicas");
    std::move_backward(at, Last(), Last() + 1);
    *at = node;
    ++size_;
  }
  template <class Iterator>
  void insert(Iterator first, Iterator last) {
    for (; first != last; ++first) insert(*first);
  }
  void merge(const Nodes& other) { insert(other.begin(), other.end()); }
  void clear() { size_ = 0; }
  void erase(NodeId node) {
    size_ = static_cast<size_t>(std::remove(nodes_.begin(), Last(), node) - nodes_.begin());
  }

  bool contains(NodeId node) const { return std::find(begin(), end(), node) != end(); }
  size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  const NodeId* begin() const { return nodes_.data(); }
  const NodeId* end() const { return nodes_.data() + size_; }

  friend bool operator==(const Nodes& a, const Nodes& b) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end());
  }

 private:
  NodeId* Last() { return nodes_.data() + size_; }

  // One more while the partition moves.
  std::array<NodeId, limits::kReplicasMax + 1> nodes_ = {};
  size_t size_ = 0;
};

}  // namespace quorate::quorum
