// Clients of two keyspaces of mode quorum whose policies merge, counters and sets,
// beside the other load of that mode.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/random.h"
#include "sim/cluster.h"
#include "sim/event_queue.h"
#include "sim/merging_oracle.h"
#include "sim/trace.h"

namespace quorate::sim {

class MergingLoad {
 public:
  MergingLoad(EventQueue& queue, Trace& trace, Random random, Cluster& cluster,
              std::function<void(std::string)> violation);

  // `clients` of them; zero: nothing is done, not even the keyspaces made.
  void Start(uint32_t clients);
  void AskOnly(Nodes nodes) { targets_ = std::move(nodes); }
  void Stop() { running_ = false; }
  uint64_t in_flight() const { return in_flight_; }

  // See WhatDiffersIn.
  std::string WhatDiffers();
  // Where nothing differs: what is not as it was promised.
  std::string WhatIsWrong();

 private:
  struct Call {
    MergingOp op;
    bool open = true;
  };
  using CallPtr = std::shared_ptr<Call>;
  // What a read showed last, for removals.
  struct Shown {
    std::vector<std::string> elements;
    std::string context;
  };

  const ring::KeyspaceInfo* Keyspace(const std::string& name) const;
  void MakeKeyspace(const std::string& name, Conflict conflict);
  void PlanNext();
  void IssueOne();
  MergingOp MakeOp(bool of_set);
  Request RequestFor(const MergingOp& op, const ring::SharedTopology& topology) const;
  void Answered(const CallPtr& call, const Reply& reply);
  void TakeRead(const MergingOp& op, const Reply& reply);
  void Close(const CallPtr& call);

  EventQueue& queue_;
  Trace& trace_;
  Random random_;
  Cluster& cluster_;
  MergingOracle oracle_;
  Nodes targets_;
  bool running_ = false;
  bool armed_ = false;
  uint64_t next_op_ = 1;
  uint64_t in_flight_ = 0;
  std::map<std::string, Shown> shown_;
};

}  // namespace quorate::sim
