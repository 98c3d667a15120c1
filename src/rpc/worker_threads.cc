#include "rpc/worker_threads.h"

#include <pthread.h>

#include <algorithm>
#include <string>

#include "rpc/turn_end.h"
#include "rpc/turn_offer.h"

namespace quorate::rpc {
namespace {

// A worker that had a turn more recently is busy: there is more to come, which
// its own thread takes together while this one brings the rest.
constexpr int64_t kIdleNs = 50'000;

void NameThread(const std::string& name) { pthread_setname_np(pthread_self(), name.c_str()); }

}  // namespace

WorkerThreads::WorkerThreads(uint32_t workers, Env& env) : env_(env) {
  for (uint32_t i = 0; i < workers; ++i) workers_.push_back(std::make_unique<Worker>());
}

WorkerThreads::~WorkerThreads() { Stop(); }

void WorkerThreads::Start(Node& node) {
  node_ = &node;
  for (uint32_t i = 0; i < workers_.size(); ++i) {
    workers_[i]->thread = std::thread([this, i] { RunWorker(i); });
  }
  background_thread_ = std::thread([this] { RunBackground(); });
}

void WorkerThreads::Stop() {
  stopping_ = true;
  for (auto& worker : workers_) {
    worker->parker.Wake();
    if (worker->thread.joinable()) worker->thread.join();
    absl::MutexLock last_turn(&worker->turn);
  }
  {
    absl::MutexLock lock(&mutex_);
    background_stopping_ = true;
  }
  if (background_thread_.joinable()) background_thread_.join();
}

void WorkerThreads::Wake(uint32_t index) {
  if (!TurnOffer::Take(*this, index)) workers_[index]->parker.Wake();
}

void WorkerThreads::RunHereOrWake(uint32_t index) {
  Worker& worker = *workers_[index];
  const bool idle = node_ != nullptr && NowNs() - worker.turn_ended_ns >= kIdleNs;
  if (!idle || !worker.turn.TryLock()) return worker.parker.Wake();
  const absl::Duration due = stopping_ ? absl::InfiniteDuration() : RunTurn(index);
  worker.turn.Unlock();
  if (absl::ToInt64Nanoseconds(due) < worker.sleeps_until_ns) worker.parker.Wake();
}

void WorkerThreads::Background(absl::AnyInvocable<void() &&> work) {
  absl::MutexLock lock(&mutex_);
  background_.push_back(std::move(work));
}

absl::Duration WorkerThreads::RunTurn(uint32_t index) {
  Worker& worker = *workers_[index];
  absl::Duration due;
  worker.turn_began_ns = NowNs();
  {
    TurnEnd::Scope scope;
    due = node_.load()->RunTurn(index);
  }
  worker.turn_began_ns = 0;
  worker.turn_ended_ns = NowNs();
  return due;
}

void WorkerThreads::RunWorker(uint32_t index) {
  NameThread("worker-" + std::to_string(index));
  Worker& worker = *workers_[index];
  while (!stopping_.load(std::memory_order_relaxed)) {
    absl::Duration due;
    {
      absl::MutexLock lock(&worker.turn);
      due = RunTurn(index);
      worker.sleeps_until_ns = absl::ToInt64Nanoseconds(due);
    }
    worker.parker.Park(due - env_.Monotonic());
  }
}

void WorkerThreads::RunBackground() {
  NameThread("background");
  while (true) {
    absl::AnyInvocable<void() &&> work;
    {
      absl::MutexLock lock(&mutex_);
      const auto has_input = [this]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
        return background_stopping_ || !background_.empty();
      };
      mutex_.Await(absl::Condition(&has_input));
      if (background_stopping_) return;
      work = std::move(background_.front());
      background_.pop_front();
    }
    std::move(work)();
  }
}

absl::Duration WorkerThreads::LongestTurn() const {
  const int64_t now = absl::ToInt64Nanoseconds(env_.Monotonic());
  int64_t longest = 0;
  for (const auto& worker : workers_) {
    const int64_t began = worker->turn_began_ns;
    if (began != 0) longest = std::max(longest, now - began);
  }
  return absl::Nanoseconds(longest);
}

size_t WorkerThreads::background_queue() const {
  absl::MutexLock lock(&mutex_);
  return background_.size();
}

}  // namespace quorate::rpc
