// What is asked of a node that changes the topology.
#include <utility>

#include "node/node.h"
#include "node/topology_change.h"
#include "node/upgrade.h"
#include "ring/moves.h"

namespace quorate {

void Node::CreateKeyspace(ring::KeyspaceSpec spec, absl::Duration deadline, TopologyFn done) {
  ChangeTopology(
      *this,
      [spec = std::move(spec)](const ring::Topology& now) { return ring::WithKeyspace(now, spec); },
      deadline, std::move(done));
}

void Node::AlterKeyspace(ring::KeyspaceChange change, absl::Duration deadline, TopologyFn done) {
  ChangeTopology(
      *this,
      [change = std::move(change)](const ring::Topology& now) {
        return ring::WithAlteredKeyspace(now, change);
      },
      deadline, std::move(done));
}

void Node::DropKeyspace(std::string name, absl::Duration deadline, TopologyFn done) {
  ChangeTopology(
      *this,
      [name = std::move(name)](const ring::Topology& now) {
        return ring::WithoutKeyspace(now, name);
      },
      deadline, std::move(done));
}

void Node::AddNode(ring::NodeInfo node, ProtocolRange speaks, absl::Duration deadline,
                   TopologyFn done) {
  ChangeTopology(
      *this,
      [node = std::move(node), speaks](const ring::Topology& now) {
        return WithJoiner(now, node, speaks);
      },
      deadline, std::move(done));
}

void Node::DecommissionNode(NodeId node, absl::Duration deadline, TopologyFn done) {
  ChangeTopology(
      *this, [node](const ring::Topology& now) { return ring::WithNodeLeaving(now, node); },
      deadline, std::move(done));
}

}  // namespace quorate
