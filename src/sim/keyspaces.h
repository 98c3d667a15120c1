// Makes the keyspaces of a run, and with churn one that is dropped and made
// anew again and again while clients use it.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/random.h"
#include "sim/cluster.h"
#include "sim/event_queue.h"
#include "sim/knobs.h"
#include "sim/trace.h"

namespace quorate::sim {

class Keyspaces {
 public:
  Keyspaces(EventQueue& queue, Trace& trace, Random random, const WorkloadProfile& profile,
            Cluster& cluster);

  // Asks for each until it is there.
  void Start();
  // No more are made or dropped.
  void Stop() { running_ = false; }

  // Those that clients may use now.
  const std::vector<std::string>& usable() const { return usable_; }
  // Made for good.
  bool AllThere() const;
  uint64_t dropped() const { return dropped_; }

 private:
  void Create(std::string name);
  void Churn();
  void Drop(std::string name);

  EventQueue& queue_;
  Trace& trace_;
  Random random_;
  const WorkloadProfile profile_;
  Cluster& cluster_;
  bool running_ = false;
  std::vector<std::string> usable_;
  uint64_t next_churned_ = 1;
  uint64_t dropped_ = 0;
};

}  // namespace quorate::sim
