// Raises the cluster's protocol: the first step when asked, the second where the meta
// group is led (ring/upgrade.h). Both are changes of the topology under a condition, so
// whoever leads the meta group next goes on with what is on the way.
#pragma once

#include <atomic>

#include "absl/time/time.h"
#include "node/node.h"
#include "node/shared.h"

namespace quorate {

// With a node whose build may be there.
absl::StatusOr<ring::Topology> WithJoiner(const ring::Topology& now, const ring::NodeInfo& node,
                                          const ProtocolRange& speaks);

class Upgrade {
 public:
  // Both outlive it.
  Upgrade(Node& node, NodeShared& shared) : node_(node), shared_(shared) {}

  // To the newest that every node speaks. FAILED_PRECONDITION, NODE_UNHEARD: one of
  // them cannot be heard of.
  void Raise(absl::Duration deadline, Node::TopologyFn done);
  // The thread of the meta group's worker, while it is led here; now and then does
  // something.
  void Finish(absl::Duration now);

 private:
  absl::StatusOr<ring::Topology> ComputeNext(const ring::Topology& now) const;
  bool AllKnow(const ring::Topology& topology) const;

  Node& node_;
  NodeShared& shared_;
  std::atomic<bool> changing_ = false;
  absl::Duration next_look_;
};

}  // namespace quorate
