#include "client/executor.h"

#include <algorithm>
#include <functional>
#include <utility>

#include "base/check.h"
#include "base/env.h"

namespace quorate::client {
namespace {

thread_local bool on_executor_thread = false;

}  // namespace

Executor::Executor(uint32_t threads) {
  threads_.reserve(threads);
  for (uint32_t i = 0; i < threads; ++i) threads_.emplace_back([this] { Run(); });
}

Executor::~Executor() {
  QUORATE_CHECK(!OnExecutorThread(), "a client's threads cannot end themselves");
  {
    absl::MutexLock lock(&mutex_);
    stopping_ = true;
    changed_.SignalAll();
  }
  for (std::thread& thread : threads_) thread.join();
}

void Executor::Post(Task task) {
  absl::MutexLock lock(&mutex_);
  tasks_.push_back(std::move(task));
  changed_.Signal();
}

void Executor::PostAfter(absl::Duration delay, Task task) {
  absl::MutexLock lock(&mutex_);
  timers_.push_back({SystemEnv().Monotonic() + delay, next_order_++, std::move(task)});
  std::push_heap(timers_.begin(), timers_.end(), std::greater<>());
  changed_.Signal();
}

bool Executor::OnExecutorThread() { return on_executor_thread; }

void Executor::Run() {
  on_executor_thread = true;
  for (;;) {
    Task task;  // anew each time: what a task holds goes when it has run
    if (!Take(task)) return;
    std::move(task)();
  }
}

bool Executor::Take(Task& task) {
  absl::MutexLock lock(&mutex_);
  for (;;) {
    const absl::Duration now = SystemEnv().Monotonic();
    MoveDueTimers(now);
    if (!tasks_.empty()) {
      task = std::move(tasks_.front());
      tasks_.pop_front();
      return true;
    }
    if (stopping_) return false;
    if (timers_.empty()) {
      changed_.Wait(&mutex_);
    } else {
      changed_.WaitWithTimeout(&mutex_, timers_.front().due - now);
    }
  }
}

void Executor::MoveDueTimers(absl::Duration now) {
  while (!timers_.empty() && timers_.front().due <= now) {
    std::pop_heap(timers_.begin(), timers_.end(), std::greater<>());
    tasks_.push_back(std::move(timers_.back().task));
    timers_.pop_back();
  }
}

}  // namespace quorate::client
