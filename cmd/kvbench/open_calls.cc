#include "open_calls.h"

#include <cmath>
#include <functional>
#include <utility>

#include "absl/time/clock.h"

namespace quorate::bench {
namespace {

// What is due within so long goes together.
constexpr absl::Duration kTogether = absl::Microseconds(500);
// What could not be begun by then is left out: the load itself is behind, not who is loaded.
constexpr absl::Duration kLateMax = absl::Milliseconds(20);

absl::Duration DrawGap(Random& random, double per_second) {
  const double chance = static_cast<double>(random.Between(1, 1'000'000)) / 1e6;
  return absl::Seconds(-std::log(chance) / per_second);
}

}  // namespace

bool OpenCalls::TakesOn(bool in_time) {
  absl::MutexLock lock(&mutex_);
  ++tally_.due;
  const bool room = in_time && under_way_ < under_way_max_;
  ++(room ? under_way_ : tally_.held_back);
  return room;
}

void OpenCalls::Count(absl::Time due, const WriteEnd& end) {
  const absl::Duration took = absl::Now() - due;
  absl::MutexLock lock(&mutex_);
  --under_way_;
  if (keeps_) kept_.push_back({due, end.done, took});
  if (end.done) {
    ++tally_.done;
    return tally_.latency.Record(took);
  }
  if (end.refused) {
    ++tally_.refused;
    if (end.told_when) ++tally_.told_when;
    return tally_.refusal.Record(took);
  }
  ++tally_.failed;
  if (tally_.first_error.empty()) tally_.first_error = end.error;
}

CallTally OpenCalls::Run(double per_second, absl::Duration length, uint64_t seed) {
  Random random(seed);
  const absl::Time end = absl::Now() + length;
  for (absl::Time due = absl::Now() + DrawGap(random, per_second); due < end && !stopping_;
       due += DrawGap(random, per_second)) {
    const absl::Time now = absl::Now();
    if (due - now > kTogether) absl::SleepFor(due - now);
    if (!TakesOn(now - due < kLateMax)) continue;
    writes_.Begin(random, [this, due](const WriteEnd& written) { Count(due, written); });
  }
  AwaitAll();
  absl::MutexLock lock(&mutex_);
  return std::exchange(tally_, {});
}

uint64_t OpenCalls::RunClosed(uint32_t in_flight, absl::Duration length, uint64_t seed) {
  const absl::Time end = absl::Now() + length;
  std::atomic<uint64_t> done = 0;
  {
    absl::MutexLock lock(&mutex_);
    under_way_ += in_flight;
  }
  std::function<void(Random)> next = [&](Random random) {
    if (absl::Now() >= end) {
      absl::MutexLock lock(&mutex_);
      --under_way_;
      return;
    }
    const Random following = random.Fork();
    writes_.Begin(random, [&next, &done, following, end](const WriteEnd& written) {
      if (written.done && absl::Now() < end) ++done;
      next(following);
    });
  };
  for (uint32_t slot = 0; slot < in_flight; ++slot) next(Random(seed * 1000 + slot));
  AwaitAll();
  return done;
}

void OpenCalls::AwaitAll() {
  absl::MutexLock lock(&mutex_);
  const auto rests = [this]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) { return under_way_ == 0; };
  mutex_.Await(absl::Condition(&rests));
}

std::vector<DueCall> OpenCalls::kept() {
  absl::MutexLock lock(&mutex_);
  return std::exchange(kept_, {});
}

}  // namespace quorate::bench
