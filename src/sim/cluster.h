// Some nodes, the network between them, and who watches them.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/ids.h"
#include "base/random.h"
#include "sim/event_queue.h"
#include "sim/knobs.h"
#include "sim/leaderless_watch.h"
#include "sim/network.h"
#include "sim/partition_shapes.h"
#include "sim/replica_watch.h"
#include "sim/sim_node.h"
#include "sim/trace.h"

namespace quorate::sim {

class Cluster {
 public:
  Cluster(EventQueue& queue, Trace& trace, Random random, const Knobs& knobs,
          std::function<void(std::string)> violation);

  void BootAll();

  const Nodes& ids() const { return ids_; }
  SimNode& node(NodeId id) { return *nodes_.at(id); }
  Network& network() { return *network_; }
  Random& random() { return random_; }
  // Told when a process is gone, after its replicas were forgotten.
  void OnDeath(std::function<void(NodeId)> told) { on_death_ = std::move(told); }

  // Told of each new leadership.
  void OnLeader(std::function<void(NodeId)> told) { watch_.OnLeader(std::move(told)); }

  const LeaderlessWatch& leaderless_watch() const { return leaderless_watch_; }

  Nodes UpNodes();
  NodeId LeaderOf(PartitionId partition) const { return watch_.LeaderOf(partition); }
  // The newest that any running node has; null while none runs.
  ring::SharedTopology topology();
  // Every partition of mode raft in that topology, the meta group's first.
  std::vector<ring::PartitionInfo> Partitions();

 private:
  void Send(NodeId from, NodeId to, std::string frame);
  void Died(SimNode& node);

  EventQueue& queue_;
  Random random_;
  Nodes ids_;
  ReplicaWatch watch_;
  LeaderlessWatch leaderless_watch_;
  std::unique_ptr<Network> network_;
  std::function<void(NodeId)> on_death_;
  std::map<NodeId, std::unique_ptr<SimNode>> nodes_;
};

}  // namespace quorate::sim
