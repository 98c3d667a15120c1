// Clients of a keyspace of registers (mode quorum), which promises what a keyspace
// of mode raft does for single keys: conditions, additions, blind writes and reads
// of a few hot keys, through any node. What they were told is for the checker.
#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <vector>

#include "base/random.h"
#include "check/history.h"
#include "sim/cluster.h"
#include "sim/event_queue.h"
#include "sim/op.h"
#include "sim/trace.h"

namespace quorate::sim {

class RegisterLoad {
 public:
  RegisterLoad(EventQueue& queue, Trace& trace, Random random, Cluster& cluster)
      : queue_(queue), trace_(trace), random_(random), cluster_(cluster), targets_(cluster.ids()) {}

  // Unarmed nothing is done, not even the keyspace made.
  void Start(bool armed);
  void AskOnly(Nodes nodes) { targets_ = std::move(nodes); }
  void Stop() { running_ = false; }
  uint64_t in_flight() const { return in_flight_; }
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
  };

  void MakeKeyspace();
  const ring::KeyspaceInfo* keyspace(const ring::SharedTopology& topology) const;
  void PlanNext(size_t slot);
  void Issue(size_t slot);
  Op MakeOp(const Client& client);
  kv::Mutation MakeMutation(const Client& client, uint64_t id);
  void Answered(size_t slot, size_t index, Reply reply);
  void GiveUp(size_t slot, size_t index);
  void Learn(Client& client, const Op& op);

  EventQueue& queue_;
  Trace& trace_;
  Random random_;
  Cluster& cluster_;
  Nodes targets_;
  bool running_ = false;
  bool armed_ = false;
  uint64_t in_flight_ = 0;
  uint64_t next_client_ = 1;
  std::vector<Client> clients_;
  std::deque<Op> history_;  // addresses stay
};

}  // namespace quorate::sim
