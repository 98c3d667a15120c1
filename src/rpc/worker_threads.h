// The threads of a process that are its own: one for each worker, one for slow
// work.
#pragma once

#include <atomic>
#include <deque>
#include <memory>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "base/env.h"
#include "node/edges.h"
#include "node/node.h"
#include "rpc/parker.h"

namespace quorate::rpc {

class WorkerThreads : public Scheduler {
 public:
  WorkerThreads(uint32_t workers, Env& env);
  // Ends the threads after their current turn; background work that is queued
  // is dropped, what is under way is finished.
  ~WorkerThreads() override;

  // Wakes before Start are kept. `node` must live until Stop has returned.
  void Start(Node& node);
  void Stop();

  void Wake(uint32_t index) override;
  void Background(absl::AnyInvocable<void() &&> work) override;

  // How long the longest turn that is under way has taken: a worker that
  // never returns from one is stuck.
  absl::Duration LongestTurn() const;
  size_t background_queue() const;

 private:
  struct Worker {
    Parker parker;
    std::atomic<int64_t> turn_began_ns{0};  // of Monotonic; 0: asleep
    std::thread thread;
  };

  void RunWorker(uint32_t index, Node& node);
  void RunBackground();

  Env& env_;
  std::vector<std::unique_ptr<Worker>> workers_;
  std::atomic<bool> stopping_{false};
  std::thread background_thread_;
  mutable absl::Mutex mutex_;
  std::deque<absl::AnyInvocable<void() &&>> background_ ABSL_GUARDED_BY(mutex_);
  bool background_stopping_ ABSL_GUARDED_BY(mutex_) = false;
};

}  // namespace quorate::rpc
