// Which nodes to ask for a key, from the topology and from what replies told.
#pragma once

#include <atomic>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "absl/container/inlined_vector.h"
#include "client/admin_types.h"

namespace quorate::client {

// The replicas of one arc, the one that serves it first.
struct Route {
  absl::InlinedVector<NodeId, 4> replicas;
  Level default_read = Level::kDefault;
  bool known = false;  // the keyspace is in the table
};

// One topology, which never changes, with the serving replica of each arc,
// which does. Thread-safe.
class RouteTable {
 public:
  explicit RouteTable(TopologyDescription topology);

  const TopologyDescription& topology() const { return topology_; }
  Route RouteFor(std::string_view keyspace, uint64_t key_hash) const;

  // A reply said that `node` served the arc. Ignored unless it holds the arc.
  void Learn(std::string_view keyspace, uint32_t arc, NodeId node);
  // Takes over what an older table learned about partitions that both have.
  void LearnFrom(const RouteTable& older);

 private:
  struct Arcs {
    const KeyspaceDescription* keyspace;
    std::vector<std::atomic<uint64_t>> serving;  // node ids
  };

  const TopologyDescription topology_;
  std::map<std::string, Arcs, std::less<>> arcs_;
};

}  // namespace quorate::client
