// Deadlines as gRPC has them (the calendar's time) and as nodes do (a moment
// of Env::Monotonic).
#pragma once

#include <grpcpp/server_context.h>

#include <chrono>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "base/env.h"

namespace quorate::rpc {

// The call's moment, or now + `fallback` if it names none. DEADLINE_EXCEEDED,
// nothing applied, if it has passed.
absl::StatusOr<absl::Duration> DeadlineOf(const grpc::CallbackServerContext& context,
                                          const Env& env, absl::Duration fallback);

// When that much time has passed, as gRPC takes it: by the system's calendar at this
// very call, which absl::Now is not.
std::chrono::system_clock::time_point MomentIn(absl::Duration time);

// Refuses a call that came too late.
absl::Status DeadlinePassed();

}  // namespace quorate::rpc
