// Clients of a keyspace of mode quorum, beside those of mode raft: few hot keys,
// every level, whichever node.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/random.h"
#include "sim/cluster.h"
#include "sim/event_queue.h"
#include "sim/leaderless_oracle.h"
#include "sim/leaderless_sessions.h"
#include "sim/trace.h"

namespace quorate::sim {

class LeaderlessLoad {
 public:
  LeaderlessLoad(EventQueue& queue, Trace& trace, Random random, Cluster& cluster,
                 std::function<void(std::string)> violation);

  // `clients` of them; zero: nothing is done, not even the keyspace made.
  void Start(uint32_t clients);
  void ExpectCalendars(CalendarBounds bounds) { oracle_.ExpectCalendars(bounds); }
  void AskOnly(Nodes nodes) { targets_ = std::move(nodes); }
  void Stop() { running_ = false; }
  uint64_t in_flight() const { return in_flight_; }
  uint64_t done() const { return oracle_.done(); }
  bool armed() const { return armed_; }
  // The keyspace is there, if there is to be one.
  bool ready() const { return !armed_ || keyspace(cluster_.topology()) != nullptr; }

  // See WhatDiffersIn and WhatIsDeadIn.
  std::string WhatDiffers();

 private:
  struct Call {
    LeaderlessOp op;
    bool open = true;
  };
  using CallPtr = std::shared_ptr<Call>;

  void MakeKeyspace();
  const ring::KeyspaceInfo* keyspace(const ring::SharedTopology& topology) const;
  void PlanNext();
  void IssueOne();
  LeaderlessOp MakeOp();
  void Answered(const CallPtr& call, const Reply& reply);
  void Close(const CallPtr& call);

  EventQueue& queue_;
  Trace& trace_;
  Random random_;
  Cluster& cluster_;
  LeaderlessOracle oracle_;
  LeaderlessSessions sessions_;
  Nodes targets_;
  bool running_ = false;
  bool armed_ = false;
  uint64_t next_op_ = 1;
  uint64_t in_flight_ = 0;
};

}  // namespace quorate::sim
