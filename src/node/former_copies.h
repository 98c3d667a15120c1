// The partitions of which this node has a former copy (replica/former_copy.h) that is yet
// to hand over what it alone has. Thread-safe.
#pragma once

#include <algorithm>
#include <set>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "base/ids.h"
#include "ring/frozen_topology.h"

namespace quorate {

class FormerCopies {
 public:
  void Add(PartitionId partition) {
    absl::MutexLock lock(&mutex_);
    partitions_.insert(partition);
  }
  void Remove(PartitionId partition) {
    absl::MutexLock lock(&mutex_);
    partitions_.erase(partition);
  }
  bool empty() const {
    absl::MutexLock lock(&mutex_);
    return partitions_.empty();
  }
  // A new copy of one of them is to come to `node`, which would find the former one's state.
  bool ComeBackIn(const ring::FrozenTopology& topology, NodeId node) const {
    absl::MutexLock lock(&mutex_);
    return std::any_of(partitions_.begin(), partitions_.end(), [&](PartitionId partition) {
      const ring::PartitionInfo* info = topology.FindPartition(partition);
      return info != nullptr && info->BelongsOn(node);
    });
  }

 private:
  mutable absl::Mutex mutex_;
  std::set<PartitionId> partitions_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace quorate
