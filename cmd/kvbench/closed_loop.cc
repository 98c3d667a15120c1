#include "closed_loop.h"

#include <optional>
#include <utility>
#include <vector>

#include "absl/synchronization/blocking_counter.h"
#include "absl/time/clock.h"
#include "call.h"

namespace quorate::bench {
namespace {

// One call at a time, for ever anew until the end. Its members are touched by
// one thread at a time: whoever completes the call starts the next.
class Slot {
 public:
  Slot(std::unique_ptr<Caller> caller, absl::Time end, uint64_t seed,
       absl::BlockingCounter& running)
      : caller_(std::move(caller)), end_(end), random_(seed), running_(running) {}

  void Start() {
    context_.emplace();
    started_ = absl::Now();
    SetDeadline(*context_);
    caller_->Begin(random_, *context_, [this](const grpc::Status& status) { Done(status); });
  }

  const Slice& slice() const { return slice_; }

 private:
  void Done(const grpc::Status& status) {
    caller_->Complete();
    const absl::Time now = absl::Now();
    if (now <= end_) Record(status, now - started_);
    if (now < end_) {
      Start();
    } else {
      running_.DecrementCount();
    }
  }

  void Record(const grpc::Status& status, absl::Duration took) {
    if (status.ok()) {
      ++slice_.done;
      slice_.latency.Record(took);
    } else {
      ++slice_.failed;
      if (slice_.first_error.empty()) slice_.first_error = status.error_message();
    }
  }

  const std::unique_ptr<Caller> caller_;
  const absl::Time end_;
  Random random_;
  absl::BlockingCounter& running_;
  std::optional<grpc::ClientContext> context_;
  absl::Time started_;
  Slice slice_;
};

}  // namespace

Slice RunClosedLoop(const std::function<std::unique_ptr<Caller>()>& make, uint32_t in_flight,
                    absl::Duration length, uint64_t seed) {
  const absl::Time begin = absl::Now();
  absl::BlockingCounter running(static_cast<int>(in_flight));
  std::vector<std::unique_ptr<Slot>> slots;
  for (uint32_t i = 0; i < in_flight; ++i) {
    slots.push_back(std::make_unique<Slot>(make(), begin + length, seed * 1000 + i, running));
  }
  for (auto& slot : slots) slot->Start();
  running.Wait();
  Slice all;
  for (auto& slot : slots) all.Merge(slot->slice());
  all.elapsed = length;
  return all;
}

}  // namespace quorate::bench
