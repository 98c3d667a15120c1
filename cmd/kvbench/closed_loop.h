// Closed-loop unary load: a fixed number of calls in flight, each completion
// starts the next.
#pragma once

#include <grpcpp/grpcpp.h>

#include <cstdint>
#include <functional>
#include <memory>

#include "absl/time/time.h"
#include "base/random.h"
#include "slice.h"

namespace quorate::bench {

// One call at a time. Its members are touched by one thread at a time.
class Caller {
 public:
  virtual ~Caller() = default;
  // Begins a call; `done` is run once, by any thread, when it is complete.
  virtual void Begin(Random& random, grpc::ClientContext& context,
                     std::function<void(grpc::Status)> done) = 0;
  virtual void Complete() {}
};

// Runs for `length`; calls that end later than that are not counted.
Slice RunClosedLoop(const std::function<std::unique_ptr<Caller>()>& make, uint32_t in_flight,
                    absl::Duration length, uint64_t seed);

}  // namespace quorate::bench
