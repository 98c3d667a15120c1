// Clients of a keyspace of mode quorum, beside those of mode raft: few hot keys,
// every level, whichever node. Some writes stand under an identity, and what became
// of those is asked where it is not told.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/random.h"
#include "sim/cluster.h"
#include "sim/conflict_check.h"
#include "sim/event_queue.h"
#include "sim/leaderless_fates.h"
#include "sim/leaderless_oracle.h"
#include "sim/leaderless_sessions.h"
#include "sim/trace.h"

namespace quorate::sim {

class LeaderlessLoad {
 public:
  LeaderlessLoad(EventQueue& queue, Trace& trace, Random random, Cluster& cluster,
                 std::function<void(std::string)> violation);

  // `clients` of them; zero: nothing is done, not even the keyspace made.
  // `firm`: writes are at QUORUM or above, as disks are lost.
  void Start(uint32_t clients, bool firm = false);
  void ExpectCalendars(CalendarBounds bounds) { oracle_.ExpectCalendars(std::move(bounds)); }
  void AskOnly(const Nodes& nodes);
  void Stop();
  uint64_t in_flight() const { return in_flight_ + fates_.in_flight(); }
  uint64_t done() const { return oracle_.done(); }
  bool armed() const { return armed_; }
  // The keyspace is there, if there is to be one.
  bool ready() const { return !armed_ || keyspace(cluster_.topology()) != nullptr; }

  // See WhatDiffersIn and WhatIsDeadIn.
  std::string WhatDiffers();
  // Where nothing differs: see WhatIsWrongInJournals.
  std::string WhatIsWrong();

 private:
  struct Call {
    LeaderlessOp op;
    Request request;  // of a write with an identity
    bool open = true;
    bool never = false;  // it was told so
    bool extra = false;  // its client has others under way
  };
  using CallPtr = std::shared_ptr<Call>;

  void MakeKeyspace();
  const ring::KeyspaceInfo* keyspace(const ring::SharedTopology& topology) const;
  void PlanNext();
  void IssueOne();
  void Issue(Call issued, SimNode& node, absl::Duration timeout);
  LeaderlessOp MakeOp();
  Request RequestFor(const LeaderlessOp& op, SimNode& node, bool identified);
  void Answered(const CallPtr& call, const Reply& reply);
  void TakeFailure(const CallPtr& call, const Reply& reply);
  void End(const CallPtr& call);
  // Nobody has told its client what came of it, and its client waits no longer.
  void LoseSight(const CallPtr& call);
  void TakeFate(const CallPtr& call, const Reply& reply);

  EventQueue& queue_;
  Trace& trace_;
  Random random_;
  Cluster& cluster_;
  std::function<void(std::string)> violation_;
  LeaderlessOracle oracle_;
  LeaderlessSessions sessions_;
  LeaderlessFates fates_;
  Nodes targets_;
  bool running_ = false;
  bool firm_ = false;
  bool armed_ = false;
  AcknowledgedWrites acknowledged_;
  uint64_t next_op_ = 1;
  uint64_t in_flight_ = 0;
};

}  // namespace quorate::sim
