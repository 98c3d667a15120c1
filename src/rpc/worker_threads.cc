#include "rpc/worker_threads.h"

#include <pthread.h>

#include <algorithm>
#include <string>

#include "rpc/turn_end.h"

namespace quorate::rpc {
namespace {

void NameThread(const std::string& name) { pthread_setname_np(pthread_self(), name.c_str()); }

}  // namespace

WorkerThreads::WorkerThreads(uint32_t workers, Env& env) : env_(env) {
  for (uint32_t i = 0; i < workers; ++i) workers_.push_back(std::make_unique<Worker>());
}

WorkerThreads::~WorkerThreads() { Stop(); }

void WorkerThreads::Start(Node& node) {
  for (uint32_t i = 0; i < workers_.size(); ++i) {
    workers_[i]->thread = std::thread([this, i, &node] { RunWorker(i, node); });
  }
  background_thread_ = std::thread([this] { RunBackground(); });
}

void WorkerThreads::Stop() {
  stopping_ = true;
  for (auto& worker : workers_) {
    worker->parker.Wake();
    if (worker->thread.joinable()) worker->thread.join();
  }
  {
    absl::MutexLock lock(&mutex_);
    background_stopping_ = true;
  }
  if (background_thread_.joinable()) background_thread_.join();
}

void WorkerThreads::Wake(uint32_t index) { workers_[index]->parker.Wake(); }

void WorkerThreads::Background(absl::AnyInvocable<void() &&> work) {
  absl::MutexLock lock(&mutex_);
  background_.push_back(std::move(work));
}

void WorkerThreads::RunWorker(uint32_t index, Node& node) {
  NameThread("worker-" + std::to_string(index));
  Worker& worker = *workers_[index];
  while (!stopping_.load(std::memory_order_relaxed)) {
    absl::Duration due;
    worker.turn_began_ns = absl::ToInt64Nanoseconds(env_.Monotonic());
    {
      TurnEnd::Scope scope;
      due = node.RunTurn(index);
    }
    worker.turn_began_ns = 0;
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
