// When operations begin: at moments of their own (open loop), or whenever an earlier
// one is over (closed loop).
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/functional/any_invocable.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "base/random.h"

namespace quorate::bench {

using Done = absl::AnyInvocable<void() &&>;
// Begins an operation that was due at `due`, and runs `done` once when it is over,
// by any thread.
using Issue = std::function<void(absl::Time due, Random& random, Done done)>;

// Operations fall due at random moments of a set rate (a Poisson process) whatever
// became of those before, and none is left out: while the server stalls, those that
// fall due wait, and are late. So a latency counts from `due`, not from when the
// operation could begin; a closed loop would leave out all that a stall held up
// ("coordinated omission").
class OpenPace {
 public:
  struct Options {
    // Several issue at the same time, and one that is kept busy by issuing delays only its own.
    uint32_t threads = 1;
    // What is due within so long is issued at once: to sleep costs, too.
    absl::Duration together = absl::ZeroDuration();
  };

  OpenPace(Issue issue, uint64_t seed, Options options)
      : issue_(std::move(issue)), random_(seed), options_(options) {}
  OpenPace(Issue issue, uint64_t seed) : OpenPace(std::move(issue), seed, Options()) {}
  ~OpenPace() { Stop(); }

  // For so long; returns when all that fell due is over.
  void Run(double per_second, absl::Duration length);

  // Until Stop, which returns when all is over.
  void Begin(double per_second);
  void Stop();

 private:
  bool IsOver(absl::Time due) const { return absl::ToUnixNanos(due) >= end_ns_.load(); }
  void Start(double per_second, absl::Time begin);
  void Generate(double per_second, absl::Time begin, Random random);
  void Join();
  void AwaitRoom();

  const Issue issue_;
  Random random_;
  const Options options_;
  std::vector<std::thread> running_;
  std::atomic<int64_t> end_ns_ = 0;  // since 1970
  absl::Mutex mutex_;
  uint64_t under_way_ ABSL_GUARDED_BY(mutex_) = 0;
};

// So many under way at any time, for so long; returns when the last is over.
void RunClosedPace(const Issue& issue, uint32_t in_flight, absl::Duration length, uint64_t seed);

}  // namespace quorate::bench
