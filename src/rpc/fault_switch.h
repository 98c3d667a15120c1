// Cuts a node off from others, for drills: what leaves for them is lost in
// silence, while clients reach it as ever.
#pragma once

#include <set>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "base/ids.h"

namespace quorate::rpc {

// Thread-safe.
class FaultSwitch {
 public:
  // In place of those before.
  void CutOff(std::set<NodeId> nodes) ABSL_LOCKS_EXCLUDED(mutex_) {
    absl::MutexLock lock(&mutex_);
    cut_off_ = std::move(nodes);
  }
  bool Passes(NodeId to) const ABSL_LOCKS_EXCLUDED(mutex_) {
    absl::ReaderMutexLock lock(&mutex_);
    return !cut_off_.contains(to);
  }

 private:
  mutable absl::Mutex mutex_;
  std::set<NodeId> cut_off_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace quorate::rpc
