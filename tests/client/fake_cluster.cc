// Several fake nodes that hold one keyspace.
#include "fake_node.h"

namespace quorate::client {

FakeCluster::FakeCluster(int nodes) {
  absl::MutexLock lock(&cluster_.mutex);
  v1::Topology& topology = cluster_.topology;
  topology.set_cluster_id("fake");
  topology.set_epoch(1);
  auto* orders = topology.add_keyspaces();
  orders->set_name("orders");
  auto* partition = orders->add_partitions();
  partition->set_id(2);
  for (int id = 1; id <= nodes; ++id) {
    nodes_.push_back(std::make_unique<FakeNode>(static_cast<uint64_t>(id), cluster_));
    ports_.push_back(nodes_.back()->port());
    auto* node = topology.add_nodes();
    node->set_id(static_cast<uint64_t>(id));
    node->set_client_address(nodes_.back()->address());
    partition->add_replicas(static_cast<uint64_t>(id));
  }
}

void FakeCluster::SetMode(v1::Mode mode) {
  absl::MutexLock lock(&cluster_.mutex);
  cluster_.topology.mutable_keyspaces(0)->set_mode(mode);
}

void FakeCluster::SetConflict(v1::Conflict conflict) {
  absl::MutexLock lock(&cluster_.mutex);
  cluster_.topology.mutable_keyspaces(0)->set_conflict(conflict);
}

void FakeCluster::SetFate(uint64_t sequence, v1::Fate fate, v1::Level reached) {
  absl::MutexLock lock(&cluster_.mutex);
  cluster_.fates[sequence] = fate;
  cluster_.reached = reached;
}

void FakeCluster::Restart(int id) {
  const auto index = static_cast<size_t>(id - 1);
  nodes_[index] = std::make_unique<FakeNode>(static_cast<uint64_t>(id), cluster_, ports_[index]);
}

std::string FakeCluster::endpoints() const {
  std::string list;
  for (const auto& node : nodes_) {
    if (node != nullptr) list += (list.empty() ? "" : ",") + node->address();
  }
  return list;
}

void FakeCluster::SetServing(uint64_t node) {
  absl::MutexLock lock(&cluster_.mutex);
  cluster_.serving = node;
}

void FakeCluster::SetEpoch(uint64_t epoch) {
  absl::MutexLock lock(&cluster_.mutex);
  cluster_.topology.set_epoch(epoch);
}

std::map<std::string, std::string> FakeCluster::data() {
  absl::MutexLock lock(&cluster_.mutex);
  return cluster_.data;
}

std::vector<v1::Identity> FakeCluster::identities() {
  absl::MutexLock lock(&cluster_.mutex);
  return cluster_.identities;
}

std::string FakeCluster::altered() {
  absl::MutexLock lock(&cluster_.mutex);
  return cluster_.altered;
}

}  // namespace quorate::client
