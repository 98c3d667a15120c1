// The clients: each does one thing at a time, through any node, and believes
// only what it is told. One that does not learn what became of its request
// goes on as another client. A write under an identity is sent again meanwhile,
// or asked about; in the history it is one operation, from the first copy to
// the answer.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "base/random.h"
#include "sim/client_writers.h"
#include "sim/cluster.h"
#include "sim/event_queue.h"
#include "sim/knobs.h"
#include "sim/op.h"
#include "sim/op_generator.h"
#include "sim/oracle.h"
#include "sim/trace.h"
#include "sim/verdict.h"

namespace quorate::sim {

class Workload {
 public:
  Workload(EventQueue& queue, Trace& trace, Random random, const WorkloadProfile& profile,
           Cluster& cluster, Oracle& oracle, std::function<void(std::string)> violation);

  // Clients begin; `keyspaces` are those that exist at a time.
  void Start(std::function<std::vector<std::string>()> keyspaces);
  // No new operations; those under way end by themselves.
  void Stop() { running_ = false; }
  // From now on only these are asked.
  void AskOnly(Nodes nodes) { targets_ = std::move(nodes); }
  size_t in_flight() const { return in_flight_; }

  // One operation of a client of its own, `done` with the outcome. Zero
  // `partition`: the one of its first key.
  void Run(Op op, PartitionId partition, std::function<void(const Op&)> done);
  uint64_t NextOpId() { return next_op_++; }

  // All operations so far, those that reached no node left out.
  const std::deque<Op>& history() const { return history_; }
  const OpGenerator& generator() const { return generator_; }

  // A process died: whoever waits for it learns that its connection broke.
  void NodeDied(NodeId node);

 private:
  struct Client {
    uint64_t id = 0;
    SessionToken session;
  };
  struct Call {
    size_t index = 0;  // in history_
    bool open = true;
    std::function<void(const Op&)> done;
    std::optional<size_t> slot;  // in clients_, of whose client it is
    bool left = false;           // its client went on without it
    kv::Identity identity;
    uint32_t attempts = 0;
    bool doubt = false;  // one of them may have taken effect
    bool fenced = false;
  };
  using CallPtr = std::shared_ptr<Call>;
  struct Attempt {
    CallPtr call;
    NodeId asked;
    Asked what = Asked::kOnce;
    uint64_t node_life = 0;     // of who is to answer; zero: it did, or was never asked
    uint64_t node_freezes = 0;  // when it was asked
    bool open = true;
  };
  using AttemptPtr = std::shared_ptr<Attempt>;

  void PlanNext(size_t slot);
  void IssueOne(size_t slot);
  void GoOnAsAnother(size_t slot);
  CallPtr Open(Op op, std::function<void(const Op&)> done);
  // The first copy is at the node, or finds nobody there.
  void Arrive(const CallPtr& call, PartitionId partition);
  void Identify(const CallPtr& call);
  void OpenWriter(size_t slot, PartitionId partition, NodeId asked);
  void Send(const CallPtr& call, NodeId asked, Asked what);
  Request MakeRequest(const CallPtr& call, SimNode& node, Asked what, absl::Duration timeout) const;
  Seen SeenBy(uint64_t client, PartitionId partition) const;
  void Answered(const AttemptPtr& attempt, Reply reply);
  void GiveUp(const AttemptPtr& attempt);
  // No answer will come.
  void Unanswered(const AttemptPtr& attempt, absl::Status why);
  void Conclude(const AttemptPtr& attempt, Reply reply);
  // Sends another copy, or asks what became of it, after a while; or gives it up.
  void TryAgain(const CallPtr& call, Outcome otherwise, Reply reply);
  void MaybeSendLateCopy(const CallPtr& call);
  void Finish(const CallPtr& call, Outcome outcome, Reply reply);
  NodeId Anyone() { return targets_[random_.Below(targets_.size())]; }
  absl::Duration SomeWhile();
  absl::Duration Upto(absl::Duration longest);
  absl::Duration Timeout();

  EventQueue& queue_;
  Trace& trace_;
  Random random_;
  const WorkloadProfile profile_;
  Cluster& cluster_;
  Oracle& oracle_;
  std::function<void(std::string)> violation_;
  OpGenerator generator_;
  std::function<std::vector<std::string>()> keyspaces_;
  bool running_ = false;
  Nodes targets_;
  std::vector<Client> clients_;
  uint64_t next_client_ = 1;
  uint64_t next_op_ = 1;
  size_t in_flight_ = 0;
  std::deque<Op> history_;  // addresses stay
  std::vector<AttemptPtr> open_;
  ClientWriters writers_;
};

}  // namespace quorate::sim
