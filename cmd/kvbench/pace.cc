#include "pace.h"

#include <sys/prctl.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <memory>
#include <utility>

#include "absl/synchronization/blocking_counter.h"
#include "absl/time/clock.h"

namespace quorate::bench {
namespace {

// One that is so far behind waits, and what is due meanwhile is late.
constexpr uint64_t kUnderWayMax = 20'000;
// Whoever sleeps looks so often whether it was stopped.
constexpr absl::Duration kNapMax = absl::Milliseconds(50);
// By default the kernel wakes a sleeper up to 50 us late, which would count as latency.
constexpr unsigned long kTimerSlackNs = 1'000;

absl::Duration NextGap(Random& random, double per_second) {
  const double chance = static_cast<double>(random.Between(1, 1'000'000'000)) / 1e9;
  return absl::Seconds(-std::log(chance) / per_second);
}

// What all slots of a closed loop share.
struct Slots {
  Slots(const Issue& issue, uint32_t in_flight, absl::Time end)
      : issue(issue), end(end), running(static_cast<int>(in_flight)) {}

  void Next(std::unique_ptr<Random> random) {
    const absl::Time now = absl::Now();
    if (now >= end) {
      running.DecrementCount();
      return;
    }
    Random& drawn = *random;
    issue(now, drawn, [this, random = std::move(random)]() mutable { Next(std::move(random)); });
  }

  const Issue& issue;
  const absl::Time end;
  absl::BlockingCounter running;
};

}  // namespace

void OpenPace::Run(double per_second, absl::Duration length) {
  const absl::Time begin = absl::Now();
  end_ns_ = absl::ToUnixNanos(begin + length);
  Start(per_second, begin);
  Join();
}

void OpenPace::Begin(double per_second) {
  end_ns_ = std::numeric_limits<int64_t>::max();
  Start(per_second, absl::Now());
}

void OpenPace::Stop() {
  end_ns_ = absl::ToUnixNanos(absl::Now());
  Join();
}

// Poisson processes together are one.
void OpenPace::Start(double per_second, absl::Time begin) {
  for (uint32_t i = 0; i < options_.threads; ++i) {
    running_.emplace_back(
        [this, begin, random = random_.Fork(), share = per_second / options_.threads] {
          Generate(share, begin, random);
        });
  }
}

void OpenPace::Join() {
  for (std::thread& each : running_) each.join();
  running_.clear();
  absl::MutexLock lock(&mutex_);
  const auto rests = [this]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) { return under_way_ == 0; };
  mutex_.Await(absl::Condition(&rests));
}

void OpenPace::Generate(double per_second, absl::Time begin, Random random) {
  prctl(PR_SET_TIMERSLACK, kTimerSlackNs);
  for (absl::Time due = begin;;) {
    due += NextGap(random, per_second);
    for (absl::Time now = absl::Now(); now + options_.together < due && !IsOver(due);
         now = absl::Now()) {
      absl::SleepFor(std::min(due - now, kNapMax));
    }
    if (IsOver(due)) return;
    AwaitRoom();
    issue_(due, random, [this] {
      absl::MutexLock lock(&mutex_);
      --under_way_;
    });
  }
}

void OpenPace::AwaitRoom() {
  absl::MutexLock lock(&mutex_);
  const auto has_room = [this]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    return under_way_ < kUnderWayMax;
  };
  mutex_.Await(absl::Condition(&has_room));
  ++under_way_;
}

void RunClosedPace(const Issue& issue, uint32_t in_flight, absl::Duration length, uint64_t seed) {
  Slots slots(issue, in_flight, absl::Now() + length);
  for (uint32_t slot = 0; slot < in_flight; ++slot) {
    slots.Next(std::make_unique<Random>(seed * 1000 + slot));
  }
  slots.running.Wait();
}

}  // namespace quorate::bench
