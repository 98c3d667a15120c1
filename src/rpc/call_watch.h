// What is noted of every data call as it ends.
#pragma once

#include "base/env.h"
#include "rpc/call_metrics.h"
#include "rpc/slow_requests.h"

namespace quorate::rpc {

// All outlive it. Thread-safe.
class CallWatch {
 public:
  CallWatch(Env& env, CallMetrics& metrics, SlowRequests& slow)
      : env_(env), metrics_(metrics), slow_(slow) {}

  absl::Duration Now() const { return env_.Monotonic(); }
  CallMetrics& metrics() { return metrics_; }

  // `call` without its name; it stands for `calls` alike. Gives how long it took.
  absl::Duration Ended(Operation operation, absl::Duration began, EndedCall call,
                       uint64_t calls = 1) {
    const absl::Duration now = Now();
    call.took = now - began;
    metrics_.Record(operation, call.level, call.code, call.took, calls);
    if (slow_.IsSlow(call.took)) {
      call.operation = OperationName(operation);
      slow_.Note(call, now);
    }
    return call.took;
  }

 private:
  Env& env_;
  CallMetrics& metrics_;
  SlowRequests& slow_;
};

}  // namespace quorate::rpc
