// From a callback to a blocking call.
#pragma once

#include <optional>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/synchronization/notification.h"

namespace quorate::client {

// Calls start(done) and waits until done(StatusOr<T>) has been called, which
// must happen exactly once, on another thread.
template <class T, class Start>
absl::StatusOr<T> WaitFor(Start start) {
  absl::Notification answered;
  std::optional<absl::StatusOr<T>> result;
  start([&](absl::StatusOr<T> answer) {
    result.emplace(std::move(answer));
    answered.Notify();
  });
  answered.WaitForNotification();
  return *std::move(result);
}

}  // namespace quorate::client
