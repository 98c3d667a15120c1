// By how much the other nodes' calendars are ahead of this one's, from what their
// frames tell. Thread-safe.
//
// A frame is under way for a while, which makes its sender seem behind by that
// much. So of the last few the one counts that puts the sender furthest ahead: it
// was the quickest. What is left of the error is the way of the quickest.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "base/ids.h"

namespace quorate {

struct ClockSkew {
  NodeId node;
  absl::Duration ahead;  // negative: behind
};

class ClockSkews {
 public:
  // A frame of `node` that says `calendar_us` came when it was `own_us` here.
  void Note(NodeId node, uint64_t calendar_us, uint64_t own_us);
  // By node, of those that have told theirs.
  std::vector<ClockSkew> All() const;

 private:
  static constexpr size_t kKept = 8;
  struct Told {
    std::array<int64_t, kKept> ahead_us;  // the last ones, in a ring
    size_t count = 0;
  };

  mutable absl::Mutex mutex_;
  std::map<NodeId, Told> told_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace quorate
