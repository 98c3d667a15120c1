#include "rpc/deadline.h"

#include <grpc/support/time.h>

#include "base/error.h"

namespace quorate::rpc {

std::chrono::system_clock::time_point MomentIn(absl::Duration time) {
  return absl::ToChronoTime(SystemEnv().WallTime() + time);
}

absl::Status DeadlinePassed() {
  return MakeError(absl::StatusCode::kDeadlineExceeded, "DEADLINE_PASSED",
                   "the deadline had passed before the request was looked at; allow more time");
}

absl::StatusOr<absl::Duration> DeadlineOf(const grpc::CallbackServerContext& context,
                                          const Env& env, absl::Duration fallback) {
  const gpr_timespec deadline = context.raw_deadline();
  const absl::Duration now = env.Monotonic();
  if (gpr_time_cmp(deadline, gpr_inf_future(deadline.clock_type)) == 0) return now + fallback;
  const gpr_timespec left = gpr_time_sub(deadline, gpr_now(deadline.clock_type));
  const absl::Duration span = absl::Seconds(left.tv_sec) + absl::Nanoseconds(left.tv_nsec);
  if (span <= absl::ZeroDuration()) return DeadlinePassed();
  return now + span;
}

}  // namespace quorate::rpc
