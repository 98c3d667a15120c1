// A cluster whose leader can be killed: what a failover is measured on.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "own_cluster.h"

namespace quorate::bench {

// A process that leads, and keys that it leads: one for each of its groups.
struct Victim {
  uint32_t node = 0;
  std::vector<std::string> keys;
};

class Killable {
 public:
  virtual ~Killable() = default;
  virtual const std::string& name() const = 0;
  virtual uint32_t nodes() const = 0;
  virtual absl::StatusOr<Victim> ChooseVictim(uint64_t random) = 0;
  // Through that node, on the disks of a majority before it is true. Thread-safe.
  virtual bool Put(uint32_t node, const std::string& key, absl::Duration deadline) = 0;
  // SIGKILL; gone when it returns.
  virtual void Kill(uint32_t node) = 0;
  // Starts it again and waits until it has caught up with the rest.
  virtual absl::Status Heal(uint32_t node) = 0;
};

absl::StatusOr<std::unique_ptr<Killable>> KillableQuorate(const Surroundings& surroundings);
absl::StatusOr<std::unique_ptr<Killable>> KillableEtcd(const Surroundings& surroundings);

}  // namespace quorate::bench
