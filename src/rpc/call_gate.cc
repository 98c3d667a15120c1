#include "rpc/call_gate.h"

#include <algorithm>

namespace quorate::rpc {
namespace {

constexpr absl::Duration kWindow = absl::Milliseconds(100);
constexpr double kNewest = 0.5;  // weight of the newest window in the rate

}  // namespace

bool CallGate::Enter(uint32_t weight) {
  absl::MutexLock lock(&mutex_);
  if (under_way_ >= limit_) return false;
  under_way_ += weight;
  return true;
}

bool CallGate::IsFull() const {
  absl::MutexLock lock(&mutex_);
  return under_way_ >= limit_;
}

bool CallGate::IsEmpty() const {
  absl::MutexLock lock(&mutex_);
  return under_way_ == 0;
}

void CallGate::Leave(uint32_t weight, bool served, absl::Duration now) {
  absl::MutexLock lock(&mutex_);
  under_way_ -= weight;
  if (served) served_ += weight;
  if (now - since_ < kWindow) return;
  const double rate = static_cast<double>(served_) / absl::ToDoubleSeconds(now - since_);
  per_second_ += kNewest * (rate - per_second_);
  served_ = 0;
  since_ = now;
  const double in_time = per_second_ * absl::ToDoubleSeconds(limits::kCallWaitMax);
  limit_ = std::max(limits::kCallsUnderWayMin, static_cast<uint64_t>(in_time));
}

}  // namespace quorate::rpc
