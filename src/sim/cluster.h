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

  // A machine more, with an empty disk, for the node that the cluster has added.
  void Join(NodeId id, ring::SharedTopology topology);
  // It has left the cluster: its machine is switched off for good.
  void Leave(NodeId id);

  // Those that belong to the cluster, or will in a moment.
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
  // The newest that any node has had; null while none runs.
  ring::SharedTopology topology();
  // Every partition of mode raft in that topology, the meta group's first.
  std::vector<ring::PartitionInfo> Partitions();

 private:
  ProcessOptions Options(NodeId id) const;
  void AddMachine(ProcessOptions options);
  void Send(NodeId from, NodeId to, std::string frame);
  void Died(SimNode& node);

  EventQueue& queue_;
  Trace& trace_;
  Random random_;
  const Knobs knobs_;
  const std::function<void(std::string)> violation_;
  Nodes ids_;
  ring::SharedTopology newest_;
  ReplicaWatch watch_;
  LeaderlessWatch leaderless_watch_;
  std::unique_ptr<Network> network_;
  std::function<void(NodeId)> on_death_;
  std::map<NodeId, std::unique_ptr<SimNode>> nodes_;
};

}  // namespace quorate::sim
