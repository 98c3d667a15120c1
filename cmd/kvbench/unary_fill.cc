#include "unary_fill.h"

#include <atomic>
#include <optional>
#include <utility>
#include <vector>

#include "absl/synchronization/blocking_counter.h"
#include "call.h"

namespace quorate::bench {
namespace {

// One call at a time until no key is left. Its members are touched by one thread at a time.
class FillSlot {
 public:
  FillSlot(std::unique_ptr<Caller> caller, std::atomic<uint64_t>& left,
           absl::BlockingCounter& running)
      : caller_(std::move(caller)), random_(0), left_(left), running_(running) {}

  void Next() {
    uint64_t left = left_.load();
    while (left > 0 && !left_.compare_exchange_weak(left, left - 1)) {
    }
    if (left == 0 || !status_.ok()) {
      running_.DecrementCount();
      return;
    }
    context_.emplace();
    SetDeadline(*context_);
    caller_->Begin(random_, *context_, [this](const grpc::Status& status) {
      caller_->Complete();
      if (!status.ok()) status_ = ToStatus(status);
      Next();
    });
  }

  const absl::Status& status() const { return status_; }

 private:
  const std::unique_ptr<Caller> caller_;
  Random random_;  // nobody draws from it
  std::atomic<uint64_t>& left_;
  absl::BlockingCounter& running_;
  std::optional<grpc::ClientContext> context_;
  absl::Status status_;
};

}  // namespace

absl::Status FillUnary(const std::function<std::unique_ptr<Caller>()>& make, uint64_t keys,
                       uint32_t in_flight) {
  std::atomic<uint64_t> left = keys;
  absl::BlockingCounter running(static_cast<int>(in_flight));
  std::vector<std::unique_ptr<FillSlot>> slots;
  for (uint32_t i = 0; i < in_flight; ++i) {
    slots.push_back(std::make_unique<FillSlot>(make(), left, running));
  }
  for (auto& slot : slots) slot->Next();
  running.Wait();
  for (const auto& slot : slots) {
    if (!slot->status().ok()) return slot->status();
  }
  return absl::OkStatus();
}

}  // namespace quorate::bench
