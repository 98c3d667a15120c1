// The clients of the library that all logical clients share: one for each node,
// which asks no other, and one that routes.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "client/client.h"
#include "plan.h"

namespace quorate::load {

class Connections {
 public:
  // UNAVAILABLE names the endpoint that could not be connected to; INVALID_ARGUMENT,
  // BAD_PLAN: the cluster knows no node of that name.
  static absl::StatusOr<std::unique_ptr<Connections>> Connect(const Plan& plan);

  Client& routing() { return routing_; }
  // By position in the plan.
  Client& node(size_t position) { return nodes_[position].client; }
  const std::string& name(size_t position) const { return nodes_[position].name; }
  NodeId id(size_t position) const { return nodes_[position].id; }
  size_t size() const { return nodes_.size(); }
  // As of the beginning.
  const TopologyDescription& topology() const { return topology_; }

 private:
  struct Node {
    std::string name;
    NodeId id;
    Client client;
  };
  Connections(Client routing, TopologyDescription topology)
      : routing_(std::move(routing)), topology_(std::move(topology)) {}

  Client routing_;
  TopologyDescription topology_;
  std::vector<Node> nodes_;
};

}  // namespace quorate::load
