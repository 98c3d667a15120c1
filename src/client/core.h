// What all handles of one client share.
#pragma once

#include <atomic>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "client/executor.h"
#include "client/options.h"
#include "client/retry_budget.h"
#include "client/router.h"
#include "client/writer_pool.h"

namespace quorate::client {

// Thread-safe. Calls hold it by pointer, between Begin and End: their End is
// the last they do with it, and by then they hold no channel: gRPC ends its
// threads with the last channel, so that one must not go on one of them.
class Core {
 public:
  Core(std::vector<std::string> seeds, ClientOptions options);

  const ClientOptions& options() const { return options_; }
  Router& router() { return router_; }
  WriterPool& writers() { return writers_; }
  // Runs timers and what is the library's own; nothing here blocks.
  Executor& housekeeping() { return housekeeping_; }

  // Of the call's options: zero means the client's.
  absl::Duration DeadlineOf(absl::Duration given) const;

  void OnCall() ABSL_LOCKS_EXCLUDED(mutex_);
  // How long to wait before a retry that is to come after `wait` at least and within
  // `left`; nullopt: there is none, too many retry already.
  std::optional<absl::Duration> TakeRetry(absl::Duration wait, absl::Duration left)
      ABSL_LOCKS_EXCLUDED(mutex_);

  // Whether any node has ever answered.
  void OnAnswer() { answered_.store(true, std::memory_order_relaxed); }
  bool answered() const { return answered_.load(std::memory_order_relaxed); }

  // Bracket whatever must be over before the last handle goes.
  void Begin() ABSL_LOCKS_EXCLUDED(mutex_);
  void End() ABSL_LOCKS_EXCLUDED(mutex_);
  void WaitUntilIdle() ABSL_LOCKS_EXCLUDED(mutex_);

  // Runs a callback of the caller's, in brackets.
  void PostCallback(Executor::Task task);

  // One refresh at a time: true for the caller who is to do it.
  bool ClaimRefresh() ABSL_LOCKS_EXCLUDED(mutex_);
  void EndRefresh() ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  const ClientOptions options_;
  Router router_;
  WriterPool writers_;
  std::atomic<bool> answered_ = false;
  absl::Mutex mutex_;
  RetryBudget budget_ ABSL_GUARDED_BY(mutex_);
  uint64_t under_way_ ABSL_GUARDED_BY(mutex_) = 0;
  bool refreshing_ ABSL_GUARDED_BY(mutex_) = false;
  Executor callbacks_;
  Executor housekeeping_;
};

// Shared by all public handles; as the last of them goes, it waits for the
// calls under way.
class Handle {
 public:
  explicit Handle(std::unique_ptr<Core> core) : core_(std::move(core)) {}
  Handle(const Handle&) = delete;
  Handle& operator=(const Handle&) = delete;
  ~Handle();

  Core& core() const { return *core_; }

 private:
  std::unique_ptr<Core> core_;
};

}  // namespace quorate::client
