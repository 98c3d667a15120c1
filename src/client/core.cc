#include "client/core.h"

#include <algorithm>
#include <thread>
#include <utility>

#include "base/env.h"

namespace quorate::client {

Core::Core(std::vector<std::string> seeds, ClientOptions options)
    : options_(std::move(options)),
      router_(std::move(seeds), options_.breaker, options_.only_endpoints),
      budget_(options_.retry_budget),
      callbacks_(std::max<uint32_t>(1, options_.callback_threads)),
      housekeeping_(1) {}

absl::Duration Core::DeadlineOf(absl::Duration given) const {
  return given > absl::ZeroDuration() ? given : options_.deadline;
}

void Core::OnCall() {
  absl::MutexLock lock(&mutex_);
  budget_.OnCall();
}

std::optional<absl::Duration> Core::TakeRetry(absl::Duration wait, absl::Duration left) {
  const absl::Duration now = SystemEnv().Monotonic();
  absl::MutexLock lock(&mutex_);
  const std::optional<absl::Duration> turn = budget_.Take(now, left);
  return turn ? std::max(wait, *turn) : turn;
}

void Core::Begin() {
  absl::MutexLock lock(&mutex_);
  ++under_way_;
}

void Core::End() {
  absl::MutexLock lock(&mutex_);
  --under_way_;
}

void Core::WaitUntilIdle() {
  absl::MutexLock lock(&mutex_);
  const auto idle = +[](uint64_t* under_way) { return *under_way == 0; };
  mutex_.Await(absl::Condition(idle, &under_way_));
}

void Core::PostCallback(Executor::Task task) {
  Begin();
  callbacks_.Post([this, task = std::move(task)]() mutable {
    std::move(task)();
    End();
  });
}

bool Core::ClaimRefresh() {
  absl::MutexLock lock(&mutex_);
  return !std::exchange(refreshing_, true);
}

void Core::EndRefresh() {
  absl::MutexLock lock(&mutex_);
  refreshing_ = false;
}

Handle::~Handle() {
  if (!Executor::OnExecutorThread()) {
    core_->WaitUntilIdle();
    return;
  }
  // A callback held the last handle; its thread can't wait for itself.
  std::thread([core = std::move(core_)] { core->WaitUntilIdle(); }).detach();
}

}  // namespace quorate::client
