// The threads of a process that are its own: one for each worker, one for slow
// work. A worker's turn runs on its own thread, which waits for other nodes' messages and
// clients' calls between turns, or on one that brings it input while that sleeps.
#pragma once

#include <atomic>
#include <deque>
#include <functional>
#include <memory>
#include <thread>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "base/env.h"
#include "base/metrics.h"
#include "node/edges.h"
#include "node/node.h"
#include "rpc/parker.h"
#include "rpc/socket_poll.h"

namespace quorate::rpc {

class WorkerThreads : public Scheduler {
 public:
  // A scope in which a thread brings input. Where that wakes a worker whose thread sleeps,
  // the turn runs here, at the end of the scope: nobody has to be woken.
  //
  // For little input: while the turn runs nobody else is brought anything by this thread. Not
  // within a turn or while holding a lock.
  class Host {
   public:
    // `hosts` false: turns run on their own threads.
    explicit Host(bool hosts);
    ~Host();
    Host(const Host&) = delete;
    Host& operator=(const Host&) = delete;

   private:
    friend class WorkerThreads;
    const bool hosts_;
    std::vector<std::pair<WorkerThreads*, uint32_t>> woken_;
  };

  WorkerThreads(uint32_t workers, Env& env);
  // Ends the threads after their current turn; background work that is queued
  // is dropped, what is under way is finished.
  ~WorkerThreads() override;

  // Wakes before Start are kept. `node` must live until Stop has returned. `gives_way`: asked
  // after each turn, whether other threads should come first, if there are any to run. More then
  // comes together, which is for when nothing of this node's own is urgent.
  void Start(Node& node, std::function<bool()> gives_way);
  void Stop();

  // The connections with one node are watched by one worker's thread, while that runs.
  SocketPoll& SocketsOf(NodeId peer) {
    return workers_[peer.value() % workers_.size()]->parker.sockets();
  }

  // Those of clients, by one after the other.
  SocketPoll& NextSockets() {
    return workers_[next_sockets_.fetch_add(1, std::memory_order_relaxed) % workers_.size()]
        ->parker.sockets();
  }

  void Wake(uint32_t index) override;
  void Background(absl::AnyInvocable<void() &&> work) override;

  // How long the longest turn that is under way has taken: a worker that
  // never returns from one is stuck.
  absl::Duration LongestTurn() const;
  // Turns that ran in a Host's scope.
  uint64_t hosted_turns() const { return hosted_turns_.value(); }
  size_t background_queue() const;

 private:
  struct Worker {
    Parker parker;
    std::atomic<int64_t> turn_began_ns{0};  // of Monotonic; 0: asleep
    std::thread thread;
  };

  // The moment of the next turn, if nothing comes before.
  absl::Duration RunTurn(uint32_t index);
  void RunHosted(uint32_t index);
  void RunWorker(uint32_t index);
  void RunBackground();

  Env& env_;
  Node* node_ = nullptr;  // this and the next from Start on
  std::function<bool()> gives_way_;
  std::vector<std::unique_ptr<Worker>> workers_;
  std::atomic<bool> stopping_{false};
  std::atomic<uint32_t> next_sockets_{0};
  Counter hosted_turns_;
  std::thread background_thread_;
  mutable absl::Mutex mutex_;
  std::deque<absl::AnyInvocable<void() &&>> background_ ABSL_GUARDED_BY(mutex_);
  bool background_stopping_ ABSL_GUARDED_BY(mutex_) = false;
};

}  // namespace quorate::rpc
