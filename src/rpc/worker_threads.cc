#include "rpc/worker_threads.h"

#include <pthread.h>
#include <sched.h>

#include <algorithm>
#include <string>

#include "rpc/turn_end.h"

namespace quorate::rpc {
namespace {

thread_local WorkerThreads::Host* host = nullptr;  // of this thread

void NameThread(const std::string& name) { pthread_setname_np(pthread_self(), name.c_str()); }

}  // namespace

WorkerThreads::WorkerThreads(uint32_t workers, Env& env) : env_(env) {
  for (uint32_t i = 0; i < workers; ++i) workers_.push_back(std::make_unique<Worker>());
}

WorkerThreads::~WorkerThreads() { Stop(); }

void WorkerThreads::Start(Node& node, std::function<bool()> gives_way) {
  node_ = &node;
  gives_way_ = std::move(gives_way);
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
  }
  {
    absl::MutexLock lock(&mutex_);
    background_stopping_ = true;
  }
  if (background_thread_.joinable()) background_thread_.join();
}

WorkerThreads::Host::Host(bool hosts) : hosts_(hosts && host == nullptr && !TurnEnd::InTurn()) {
  if (hosts_) host = this;
}

// One turn here: others of a node that has several workers run at the same time.
WorkerThreads::Host::~Host() {
  if (!hosts_) return;
  host = nullptr;
  for (size_t i = 1; i < woken_.size(); ++i) woken_[i].first->Wake(woken_[i].second);
  if (!woken_.empty()) woken_[0].first->RunHosted(woken_[0].second);
}

void WorkerThreads::Wake(uint32_t index) {
  if (host == nullptr) return workers_[index]->parker.Wake();
  host->woken_.emplace_back(this, index);
}

void WorkerThreads::RunHosted(uint32_t index) {
  Parker& parker = workers_[index]->parker;
  if (!parker.Borrow()) return parker.Wake();
  hosted_turns_.Add();
  parker.GiveBack(RunTurn(index));
}

absl::Duration WorkerThreads::RunTurn(uint32_t index) {
  std::atomic<int64_t>& began_ns = workers_[index]->turn_began_ns;
  began_ns = absl::ToInt64Nanoseconds(env_.Monotonic());
  absl::Duration due;
  {
    TurnEnd::Scope scope;
    due = node_->RunTurn(index);
  }
  began_ns = 0;
  return due;
}

void WorkerThreads::Background(absl::AnyInvocable<void() &&> work) {
  absl::MutexLock lock(&mutex_);
  background_.push_back(std::move(work));
}

void WorkerThreads::RunWorker(uint32_t index) {
  NameThread("worker-" + std::to_string(index));
  while (!stopping_.load(std::memory_order_relaxed)) {
    const absl::Duration due = RunTurn(index);
    if (gives_way_()) sched_yield();
    workers_[index]->parker.Park(env_.Monotonic(), due);
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
