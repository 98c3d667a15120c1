// Holds back what comes on streams of some peers until it is told to hand it on: a
// packet that stays in the network while the next connection is in use already.
//
// It stands before all that a node checks of a frame, so what comes late is the very
// same, of whatever life of its sender. The end of a stream comes as late as what was
// before it.
#pragma once

#include <deque>
#include <limits>
#include <set>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "rpc/frame_gate.h"

namespace quorate::rpc {

class HeldFrames final : public FrameGate {
 public:
  // `later_streams`: also of those that are opened while it holds.
  HeldFrames(std::set<NodeId> from, bool later_streams)
      : from_(std::move(from)), later_streams_(later_streams) {}

  // From now on, of the streams that are open.
  void Hold();
  // All there is, in order, on this thread; what comes meanwhile goes behind it.
  // How much it was.
  size_t Release();
  bool holding() const;

  Stream Open(NodeId from) override;
  bool Holds(const Stream& stream, absl::FunctionRef<Arrival()> arrival) override;
  size_t held() const override;

 private:
  static constexpr uint64_t kAll = std::numeric_limits<uint64_t>::max();

  const std::set<NodeId> from_;
  const bool later_streams_;
  mutable absl::Mutex mutex_;
  uint64_t opened_ ABSL_GUARDED_BY(mutex_) = 0;
  uint64_t up_to_ ABSL_GUARDED_BY(mutex_) = 0;  // streams of these numbers are held
  std::deque<Arrival> arrivals_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace quorate::rpc
