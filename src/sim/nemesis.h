// What goes wrong: faults of the kinds a seed armed, begun at random, each
// mended after a while, several at a time.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <set>
#include <string>

#include "absl/time/time.h"
#include "base/random.h"
#include "sim/cluster.h"
#include "sim/event_queue.h"
#include "sim/knobs.h"
#include "sim/trace.h"

namespace quorate::sim {

class Nemesis {
 public:
  Nemesis(EventQueue& queue, Trace& trace, Random random, NemesisProfile profile, Cluster& cluster);

  // Faults come until Stop.
  void Start();
  void Stop() { running_ = false; }
  // Mends all that is broken; restarts what is down but for `dead`, which are
  // taken down (or cut off, or frozen: the seed decides) and stay so.
  void HealBut(const Nodes& dead);

  uint64_t faults() const { return faults_; }
  // The event after which a run had faults of this many kinds.
  size_t kinds() const { return kinds_.size(); }

 private:
  using Mend = std::function<void()>;

  void PlanNext();
  void BeginOne();
  // What takes the fault back; null if there is nothing to take back.
  Mend Begin(FaultKind kind);
  Mend BreakLinks(std::vector<LinkRule> rules);
  Mend BeginPartition(FaultKind kind);
  Mend BeginLinks(LinkFault fault, double share);
  Mend BeginFlapping();
  Mend BeginSwizzle();
  Mend BeginStriking();
  void Strike(NodeId leader);
  Mend BeginCrash(Nodes victims, const std::string& why);
  Mend BeginFreeze(NodeId victim);
  Mend BeginMachine(FaultKind kind, NodeId victim);
  Mend BeginSetClock(NodeId victim);
  void MoveLeader();
  // --- lease_traps.cc: what could outlast a leader's lease ---
  Mend BeginPause();
  Mend BeginBroken(NodeId victim);
  void TellBroken(NodeId victim);
  Mend BeginHandOverDeaf();
  Mend BeginLateAnswers();
  // late_words.cc
  Mend BeginLateWords();
  // lost_tail.cc
  Mend BeginLostTail();
  // cut_move.cc
  Mend BeginAwaitingMove(FaultKind kind);
  void AwaitMove(FaultKind kind, absl::Duration until);
  bool StrikeSomeMove(FaultKind kind);
  void CutMove(const ring::PartitionInfo& partition, NodeId leader);
  void CrashJoiner(NodeId joiner);
  struct Led {
    ring::PartitionInfo partition;
    NodeId leader;  // zero: none was found
    Nodes others;   // its other replicas, in an order of chance
  };
  Led SomeLedPartition();
  // So many election timeouts.
  absl::Duration Elections(double from, double to);
  void File(Mend mend, absl::Duration length, std::string what);

  Nodes Shuffled();
  NodeId Anyone();
  NodeId SomeLeader();  // of some partition; anyone where none is known
  absl::Duration Upto(absl::Duration longest);

  EventQueue& queue_;
  Trace& trace_;
  Random random_;
  const NemesisProfile profile_;
  Cluster& cluster_;
  bool running_ = false;
  uint64_t striking_ = 0;         // so many faults of that kind are under way
  std::set<FaultKind> awaiting_;  // they come with the next move
  uint64_t faults_ = 0;
  std::map<FaultKind, uint64_t> kinds_;
  uint64_t next_fault_ = 1;
  struct Active {
    Mend mend;
    std::string what;
  };
  std::map<uint64_t, Active> active_;
};

}  // namespace quorate::sim
