// Clients of a keyspace of registers (mode quorum), which promises what a keyspace
// of mode raft does for single keys: conditions, additions, blind writes and reads
// of a few hot keys, through any node; reads at SESSION, which give nothing older
// than what their client wrote, or read linearizably; and plain ones, judged by
// register_oracle.h. Many writes stand under an identity; what became of one whose
// outcome is not told is asked. What they were told is for the checker.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/random.h"
#include "check/history.h"
#include "quorum/keyspace_session.h"
#include "sim/cluster.h"
#include "sim/event_queue.h"
#include "sim/leaderless_fates.h"
#include "sim/op.h"
#include "sim/register_oracle.h"
#include "sim/trace.h"

namespace quorate::sim {

class RegisterLoad {
 public:
  RegisterLoad(EventQueue& queue, Trace& trace, Random random, Cluster& cluster,
               std::function<void(std::string)> violation);

  // Unarmed nothing is done, not even the keyspace made.
  void Start(bool armed);
  void AskOnly(const Nodes& nodes);
  void Stop();
  uint64_t in_flight() const { return in_flight_ + fates_.in_flight(); }
  bool armed() const { return armed_; }
  // The keyspace is there, if there is to be one.
  bool ready() const { return !armed_ || keyspace(cluster_.topology()) != nullptr; }

  // Of replicas that should be equal by now: in what they are not, their promises
  // left out. Empty: in nothing, and no dot is kept.
  std::string WhatDiffers();
  check::History History() const;

 private:
  struct Client {
    uint64_t id = 0;
    kv::Record last;  // what it was told of some key, for conditions
    quorum::KeyspaceSession seen;
    std::map<std::string, uint64_t> floors;  // versions that its session knows of, by key
  };
  struct Call {
    size_t slot = 0;
    size_t index = 0;      // in history_
    Request request;       // of a write with an identity
    bool open = true;      // its client waits for the answer
    bool doubled = false;  // sent twice, so that one refusal says nothing
    bool never = false;    // it was told so
    uint64_t version = 0;  // it was told to be done under that one
    bool identified() const { return std::get<kv::Command>(request.op).identity.writer != 0; }
  };
  using CallPtr = std::shared_ptr<Call>;

  void MakeKeyspace();
  const ring::KeyspaceInfo* keyspace(const ring::SharedTopology& topology) const;
  void PlanNext(size_t slot);
  void Issue(size_t slot);
  Op MakeOp(const Client& client);
  kv::Mutation MakeMutation(const Client& client, uint64_t id);
  Request RequestFor(const Op& op, const quorum::KeyspaceSession& seen, SimNode& node);
  void SendAgain(NodeId asked, const CallPtr& call, absl::Duration later);
  void Answered(const CallPtr& call, Reply reply);
  // Nobody has told its client what came of it, and its client goes on as another.
  void LoseSight(const CallPtr& call);
  void TakeFate(const CallPtr& call, const Reply& reply);
  void End(const CallPtr& call, Outcome outcome, Reply reply);
  // A copy, or the question, was answered as well: it is one write.
  void CheckOther(const CallPtr& call, const Reply& reply);
  void Learn(Client& client, const Op& op);
  void NoteSession(Client& client, const Op& op);
  absl::Duration Upto(absl::Duration most);

  EventQueue& queue_;
  Trace& trace_;
  Random random_;
  Cluster& cluster_;
  std::function<void(std::string)> violation_;
  RegisterOracle oracle_;
  LeaderlessFates fates_;
  Nodes targets_;
  bool running_ = false;
  bool armed_ = false;
  uint64_t in_flight_ = 0;
  uint64_t next_client_ = 1;
  std::vector<Client> clients_;
  std::deque<Op> history_;  // addresses stay
};

}  // namespace quorate::sim
