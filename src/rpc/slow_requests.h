// Requests that took longer than they should, told in the log with where their
// time went: a few lines a second, however many there are.
#pragma once

#include <spdlog/logger.h>

#include <memory>
#include <string_view>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "base/ids.h"
#include "base/level.h"
#include "base/metrics.h"
#include "replica/stage_timings.h"

namespace quorate::rpc {

// A data call, or an operation of a stream, as it ended.
struct EndedCall {
  std::string_view operation;
  Level level = Level::kDefault;
  PartitionId partition;  // zero: none, or many
  absl::StatusCode code = absl::StatusCode::kOk;
  absl::Duration took;
  StageTimings timings;
};

// Thread-safe.
class SlowRequests {
 public:
  // `threshold` zero: nothing is slow.
  SlowRequests(std::shared_ptr<spdlog::logger> log, absl::Duration threshold);

  bool IsSlow(absl::Duration took) const { return took >= threshold_; }
  // Counts it and, unless too many were told this second, tells it. `now`: of
  // Env::Monotonic.
  void Note(const EndedCall& call, absl::Duration now);
  void WriteTo(MetricsPage& page) const;

 private:
  const std::shared_ptr<spdlog::logger> log_;
  const absl::Duration threshold_;
  Counter slow_;
  absl::Mutex mutex_;
  absl::Duration second_ ABSL_GUARDED_BY(mutex_) = -absl::InfiniteDuration();  // its beginning
  uint32_t told_ ABSL_GUARDED_BY(mutex_) = 0;                                  // since then
  uint64_t untold_ ABSL_GUARDED_BY(mutex_) = 0;
};

}  // namespace quorate::rpc
