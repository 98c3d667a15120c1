#include "storage/room_wait.h"

namespace quorate {

void RoomWait::Begin() {
  absl::MutexLock lock(&mutex_);
  patient_ = true;
}

void RoomWait::GiveUp() {
  absl::MutexLock lock(&mutex_);
  patient_ = false;
}

bool RoomWait::Pause() {
  absl::MutexLock lock(&mutex_);
  if (!patient_) return false;
  ++waiting_;
  const auto given_up = [this]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) { return !patient_; };
  mutex_.AwaitWithTimeout(absl::Condition(&given_up), retry_);
  --waiting_;
  return patient_;
}

}  // namespace quorate
