// Brings replicas to where they should be: begins moves where the meta group is led,
// lets nodes go that are dead, and tells the topology of moves that are over. All are
// changes of the topology under a condition, so nobody needs to know who else is at it.
#pragma once

#include <atomic>

#include "absl/time/time.h"
#include "base/ids.h"
#include "node/node.h"
#include "node/shared.h"
#include "ring/moves.h"

namespace quorate {

class Mover {
 public:
  // Both outlive it. From now on the workers call it.
  Mover(Node& node, NodeShared& shared);

  // Any worker's thread.
  void MoveDone(PartitionId partition, Epoch since);
  // The thread of the meta group's worker, while it is led here; now and then does
  // something.
  void Plan(absl::Duration now);
  // A node that is leaving asks to be let go once it holds nothing.
  void LeaveIfEmpty(absl::Duration now);

 private:
  ring::Topology ComputeNext(const ring::Topology& topology, absl::Duration now) const;
  ring::Topology WithNewsOfNodes(const ring::Topology& topology, absl::Duration now) const;
  ring::MoveLimits Limits(const ring::Topology& topology) const;
  bool Settled(const ring::Topology& topology);

  Node& node_;
  NodeShared& shared_;
  std::atomic<bool> changing_ = false;
  absl::Duration next_plan_;
  Epoch planned_;  // looked at last
  absl::Duration next_leave_;
  Epoch settled_;  // no replica was to move in this epoch
};

}  // namespace quorate
