// Questions what became of a write, where the answer is in danger: a client whose write
// never arrived, or is still on its way from a life of its coordinator that is over,
// asks another replica, and right after the answer somebody crashes, or what is late
// comes.
//
// What it holds against the system: a write of which was told that it never will be is
// not done, neither when it comes late nor when it is sent again to whoever has just
// started anew; in the end each counter is what was told of its one addition.
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

class FateTraps {
 public:
  FateTraps(EventQueue& queue, Trace& trace, Random random, Cluster& cluster,
            std::function<void(std::string)> violation);

  // Unarmed nothing is done, not even the keyspace made.
  void Start(bool armed);
  // No new trap, and those under way touch no node any more.
  void Stop() { running_ = false; }
  bool ready() const { return !armed_ || Keyspace() != nullptr; }
  // When nothing is under way: see WhatDiffersIn; and what is not as it was told.
  std::string WhatIsWrong();

 private:
  enum class Told : uint8_t { kNothing, kApplied, kNever };
  struct Trap {
    NodeId coordinator;
    NodeId asker;
    NodeId third;
    std::string key;
    Request write;
    uint32_t questions = 0;
    // Its write is under way for so long; zero: it never left its client.
    absl::Duration late;
  };
  using TrapPtr = std::shared_ptr<Trap>;

  const ring::KeyspaceInfo* Keyspace() const;
  void MakeKeyspace();
  void PlanNext();
  void Begin();
  void OpenWriter(const TrapPtr& trap);
  // Its coordinator takes the write, and dies of it before anyone hears of that.
  void SendLate(const TrapPtr& trap);
  void Ask(const TrapPtr& trap);
  void Answered(const TrapPtr& trap, const Reply& reply);
  // It never was: somebody who said so starts anew, and gets it once more.
  void CrashAndSend(const TrapPtr& trap);
  void Send(const TrapPtr& trap, NodeId to);
  void CheckNowhere(const TrapPtr& trap);
  Request RequestAt(NodeId node);
  int64_t ValueAt(NodeId node, const std::string& key);
  absl::Duration Between(absl::Duration least, absl::Duration most);

  EventQueue& queue_;
  Trace& trace_;
  Random random_;
  Cluster& cluster_;
  std::function<void(std::string)> violation_;
  bool armed_ = false;
  bool running_ = false;
  uint64_t next_ = 1;
  std::map<std::string, Told> told_;  // by key
};

}  // namespace quorate::sim
