// Nodes that join a running cluster and leave it, while clients use it.
#pragma once

#include <cstdint>
#include <functional>
#include <set>
#include <string>

#include "base/random.h"
#include "sim/cluster.h"
#include "sim/event_queue.h"
#include "sim/knobs.h"
#include "sim/trace.h"

namespace quorate::sim {

class Members {
 public:
  // `changed`: other nodes are there than before.
  Members(EventQueue& queue, Trace& trace, Random random, const WorkloadProfile& profile,
          Cluster& cluster, std::function<void()> changed);

  void Start();
  // Nobody else comes or is asked to go; who was asked before still goes.
  void Stop() { running_ = false; }

  // What is still under way; empty: every replica is where it should be.
  std::string WhatMoves() const;
  uint64_t joined() const { return joined_; }
  uint64_t left() const { return left_; }
  // Dead for good, and not replaced yet.
  Nodes killed() const { return {killed_.begin(), killed_.end()}; }

 private:
  void Change();
  void Add(SimNode& asked);
  void Decommission(SimNode& asked, const ring::Topology& topology);
  bool Kill(const ring::Topology& topology);  // false: somebody could not be done without
  void Resize(SimNode& asked, const ring::Topology& topology);
  void Follow();
  void Replace();

  EventQueue& queue_;
  Trace& trace_;
  Random random_;
  Cluster& cluster_;
  std::function<void()> changed_;
  const bool kills_;    // machines also die for good, one at a time
  const bool returns_;  // whoever came last goes first, so that others get back what they had
  std::set<NodeId> killed_;
  bool running_ = false;
  uint64_t asked_ = 0;  // for addresses that nobody else has
  uint64_t joined_ = 0;
  uint64_t left_ = 0;
};

}  // namespace quorate::sim
