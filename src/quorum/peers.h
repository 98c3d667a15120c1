// The other replicas of the partition: who is alive, how far away, and in which
// zone.
#pragma once

#include <array>
#include <map>
#include <string>
#include <vector>

#include "quorum/config.h"
#include "quorum/levels.h"
#include "quorum/members.h"
#include "quorum/quorum_predicate.h"

namespace quorate::quorum {

class Peers {
 public:
  explicit Peers(const Config& config);

  // The partition's members are these from now on; who is new counts as alive.
  void SetMembers(const Members& members);

  bool Knows(NodeId node) const { return peers_.contains(node); }
  bool alive(NodeId node) const;
  // In the same zone.
  bool near(NodeId node) const;
  void SetAlive(NodeId node, bool alive);
  // An answer took so long.
  void NoteLatency(NodeId node, absl::Duration latency);
  // Longer than most answers of late take; a guess before the first.
  absl::Duration Slow(NodeId node) const;

  const std::vector<NodeId>& others() const { return others_; }
  // Of these, the living ones: the own zone's first, the nearer first.
  std::vector<NodeId> LivingByDistance() const;
  // This replica and the living others.
  const Nodes& Living() const { return living_; }
  // Of the others, in words: n2, n3.
  std::string MissingNames() const;

  // As Enough at QUORUM, for proposers.
  QuorumPredicate Majority() const;
  // While a replica moves, in both sets.
  bool Enough(Level level, const Nodes& nodes) const {
    return quorum::Enough(level, counted_, zone_, nodes);
  }

 private:
  void CountLiving();

  struct Peer {
    bool alive = true;
    bool near = false;                         // same zone
    std::array<absl::Duration, 32> latencies;  // the last ones, in a ring
    size_t noted = 0;
    absl::Duration Typical() const;
  };

  NodeId self_;
  std::string zone_;
  const bool forget_old_set_;
  Members counted_;
  std::vector<NodeId> others_;
  Nodes living_;
  std::map<NodeId, Peer> peers_;
};

}  // namespace quorate::quorum
