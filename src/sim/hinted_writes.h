// Clients that write at ANY to leaderless keyspaces with few replicas, so that
// there is often none to be reached; and at ONE, which must not count on that.
//
// What it holds against the system: what was acknowledged at ANY is at every
// replica in the end, however often nodes crashed in between; each key is written
// once, so that nothing can have beaten it. In the keyspace of counters that is an
// addition of one, which is in there once: never twice, acknowledged or not. What
// was acknowledged at ONE is on a replica's disk.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>

#include "base/random.h"
#include "sim/cluster.h"
#include "sim/event_queue.h"
#include "sim/trace.h"

namespace quorate::sim {

class HintedWrites {
 public:
  HintedWrites(EventQueue& queue, Trace& trace, Random random, Cluster& cluster,
               std::function<void(std::string)> violation);

  void Start(uint32_t clients);
  void AskOnly(Nodes nodes) { targets_ = std::move(nodes); }
  void Stop() { running_ = false; }
  uint64_t in_flight() const { return in_flight_; }
  // What is not yet where it must come to be, or there twice. Empty: nothing.
  std::string WhatIsMissing();

 private:
  struct Call {
    std::string key;
    Level level = Level::kAny;
    bool open = true;
  };
  // What the clients know of a key.
  struct Told {
    bool acknowledged = false;
    bool hinted = false;
  };
  using CallPtr = std::shared_ptr<Call>;

  void MakeKeyspace(bool counted);
  void PlanNext();
  void IssueOne();
  void Answered(const CallPtr& call, const Reply& reply);
  void Close(const CallPtr& call);
  std::string WhatIsWrongAt(const std::string& key, const Told& told, NodeId node);

  EventQueue& queue_;
  Trace& trace_;
  Random random_;
  Cluster& cluster_;
  std::function<void(std::string)> violation_;
  Nodes targets_;
  bool running_ = false;
  uint64_t next_key_ = 1;
  uint64_t in_flight_ = 0;
  std::map<std::string, Told> told_;  // of each key ever asked for
};

}  // namespace quorate::sim
