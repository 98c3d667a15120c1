// What clients do: the next operation of each, from what it was told before.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/level.h"
#include "base/random.h"
#include "client/session.h"
#include "plan.h"
#include "request.h"
#include "shape.h"

namespace quorate::load {

// A client at work. One whose outcome is unknown goes, and another takes its seat
// under a new number.
struct Actor {
  uint64_t number = 0;
  uint32_t seat = 0;
  Random random{0};
  std::optional<size_t> node;  // it asks this endpoint of the plan only; nullopt: it routes
  uint64_t written = 0;        // values so far
  std::optional<Session> session;

  // No other client of the history, and not this one again, writes the same.
  std::string UniqueValue();
};

// What a workload has to know of where it runs.
struct Place {
  Mode mode = Mode::kNone;
  Conflict policy = Conflict::kNone;
  uint32_t replicas = 0;
  uint32_t partitions = 0;
  size_t nodes = 0;  // endpoints of the plan
  Shape shape = Shape::kValue;

  // Writes may carry conditions at `write`.
  bool TakesConditions(Level write) const;
};

// Called by one thread.
class Workload {
 public:
  virtual ~Workload() = default;
  virtual Request Next(Actor& actor) = 0;
  // Also told of what failed and is unknown.
  virtual void OnReply(Actor& /*actor*/, const Request& /*request*/, const Reply& /*reply*/) {}
  // A new client has the actor's seat; it remembers nothing.
  virtual void OnSeated(Actor& /*actor*/) {}
  virtual bool WantsSession() const { return false; }
};

std::vector<std::string> WorkloadNames();
// The job's name must be a known one. INVALID_ARGUMENT, BAD_PLAN: it can't run in
// such a keyspace.
absl::Status CheckPlace(const Job& job, const Place& place);
// `run` marks names of keys, so that no other run has the same.
std::unique_ptr<Workload> MakeWorkload(const Job& job, const Place& place, const std::string& run);

}  // namespace quorate::load
