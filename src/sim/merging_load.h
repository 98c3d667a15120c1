// Clients of keyspaces of mode quorum whose policies merge: counters, sets, siblings
// and maps, beside the other load of that mode. Many of their writes stand under an
// identity; what became of one whose outcome they do not learn, they ask.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>

#include "base/random.h"
#include "sim/cluster.h"
#include "sim/event_queue.h"
#include "sim/leaderless_fates.h"
#include "sim/merging_oracle.h"
#include "sim/merging_sessions.h"
#include "sim/merging_values.h"
#include "sim/trace.h"

namespace quorate::sim {

class MergingLoad {
 public:
  MergingLoad(EventQueue& queue, Trace& trace, Random random, Cluster& cluster,
              std::function<void(std::string)> violation);

  // `clients` of them; zero: nothing is done, not even the keyspaces made.
  // `firm`: writes are at QUORUM or above, as disks are lost.
  void Start(uint32_t clients, bool firm = false);
  void ExpectCalendars(CalendarBounds bounds) { oracle_.ExpectCalendars(std::move(bounds)); }
  void AskOnly(const Nodes& nodes);
  void Stop();
  uint64_t in_flight() const { return in_flight_ + fates_.in_flight(); }
  // A process died: some of those who waited for it ask it once more when it is back.
  void NodeDied(NodeId node);

  // The keyspaces are there, if there are to be any.
  bool ready() const;
  // See WhatDiffersIn and WhatIsDeadIn.
  std::string WhatDiffers();
  // Where nothing differs: what is not as it was promised.
  std::string WhatIsWrong();

 private:
  struct Call {
    MergingOp op;
    NodeId asked;
    Epoch copy;            // of a replica there: when it joined
    Request request;       // of a write with an identity
    bool open = true;      // its client waits for the answer
    bool doubled = false;  // sent twice, so that one refusal says nothing
    bool never = false;    // it was told so
  };
  using CallPtr = std::shared_ptr<Call>;

  const ring::KeyspaceInfo* Keyspace(const std::string& name) const;
  void MakeKeyspace(const MergingKeyspace& keyspace);
  void PlanNext();
  void IssueOne();
  MergingOp MakeOp(const std::string& key);
  MergingShown KnownOf(const std::string& key);
  Request RequestFor(const MergingOp& op, const ring::SharedTopology& topology);
  bool Identify(const CallPtr& call, Request& request);
  void SendAgain(const CallPtr& call, absl::Duration later);
  absl::Duration Upto(absl::Duration most);
  void Answered(const CallPtr& call, const Reply& reply);
  void TakeRead(const MergingOp& op, const Reply& reply);
  void TakeWrite(const MergingOp& op, const Reply& reply);
  void TakeFailure(const CallPtr& call, const Reply& reply);
  // For the removals to come.
  void Remember(MergingShown shown);
  void End(const CallPtr& call);
  // Nobody has told its client what came of it, and its client waits no longer.
  void LoseSight(const CallPtr& call);
  void TakeFate(const CallPtr& call, const Reply& reply);

  EventQueue& queue_;
  Trace& trace_;
  Random random_;
  Cluster& cluster_;
  std::function<void(std::string)> violation_;
  MergingOracle oracle_;
  LeaderlessFates fates_;
  MergingSessions sessions_;
  Nodes targets_;
  bool running_ = false;
  bool firm_ = false;
  bool armed_ = false;
  uint64_t next_op_ = 1;
  uint64_t in_flight_ = 0;
  std::map<uint64_t, CallPtr> repeatable_;  // by operation: open, and sent to a replica
  std::map<std::string, std::deque<MergingShown>> shown_;  // the last few, by key
};

}  // namespace quorate::sim
