#include "open_calls.h"

#include <atomic>
#include <utility>

#include "absl/time/clock.h"

namespace quorate::bench {
namespace {

constexpr absl::Duration kTogether = absl::Microseconds(500);
// What could not be begun by then is left out: the load itself is behind, not who is loaded.
constexpr absl::Duration kLateMax = absl::Milliseconds(20);

}  // namespace

OpenCalls::OpenCalls(WriteCalls& writes, uint64_t seed)
    : writes_(writes),
      pace_(
          [this](absl::Time due, Random& random, Done over) {
            if (!TakesOn(due)) return std::move(over)();
            writes_.Begin(random, [this, due, over = std::move(over)](const WriteEnd& end) mutable {
              Count(due, end);
              std::move(over)();
            });
          },
          seed, {.together = kTogether}) {}

bool OpenCalls::TakesOn(absl::Time due) {
  const bool in_time = absl::Now() - due < kLateMax;
  absl::MutexLock lock(&mutex_);
  ++tally_.due;
  if (!in_time) ++tally_.held_back;
  return in_time;
}

void OpenCalls::Count(absl::Time due, const WriteEnd& end) {
  const absl::Duration took = absl::Now() - due;
  absl::MutexLock lock(&mutex_);
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

CallTally OpenCalls::Run(double per_second, absl::Duration length) {
  {
    absl::MutexLock lock(&mutex_);
    keeps_ = false;
  }
  pace_.Run(per_second, length);
  absl::MutexLock lock(&mutex_);
  return std::exchange(tally_, {});
}

std::vector<DueCall> OpenCalls::Stop() {
  pace_.Stop();
  absl::MutexLock lock(&mutex_);
  return std::exchange(kept_, {});
}

uint64_t RunClosedWrites(WriteCalls& writes, uint32_t in_flight, absl::Duration length,
                         uint64_t seed) {
  const absl::Time end = absl::Now() + length;
  std::atomic<uint64_t> done = 0;
  const Issue issue = [&](absl::Time, Random& random, Done over) {
    writes.Begin(random, [&done, end, over = std::move(over)](const WriteEnd& written) mutable {
      if (written.done && absl::Now() < end) ++done;
      std::move(over)();
    });
  };
  RunClosedPace(issue, in_flight, length, seed);
  return done;
}

}  // namespace quorate::bench
