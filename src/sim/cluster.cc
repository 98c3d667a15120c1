#include "sim/cluster.h"

#include <algorithm>
#include <utility>

#include "base/strings.h"

namespace quorate::sim {
namespace {

// How soon a peer may notice that a connection broke, if at all.
constexpr absl::Duration kNoticeMax = absl::Milliseconds(20);

std::vector<ring::NodeInfo> BootstrapList(uint32_t count, uint32_t zones) {
  std::vector<ring::NodeInfo> list;
  for (uint32_t i = 1; i <= count; ++i) {
    ring::NodeInfo node;
    node.id = NodeId(i);
    node.client_address = StrCat("n", i, ":7400");
    node.peer_address = StrCat("n", i, ":7401");
    if (zones > 0) node.zone = StrCat("z", i % zones);
    list.push_back(std::move(node));
  }
  return list;
}

double ClockRate(Random& random, double drift_max) {
  return 1 + drift_max * (static_cast<double>(random.Below(2001)) / 1000 - 1);
}

}  // namespace

Cluster::Cluster(EventQueue& queue, Trace& trace, Random random, const Knobs& knobs,
                 std::function<void(std::string)> violation)
    : queue_(queue),
      trace_(trace),
      random_(random),
      knobs_(knobs),
      violation_(violation),
      watch_(trace, violation),
      leaderless_watch_(violation) {
  network_ =
      std::make_unique<Network>(queue, trace, random_.Fork(), knobs.network,
                                Network::Ends{[this](NodeId id) { return nodes_.at(id)->life(); },
                                              [this](NodeId to, NodeId, std::string frame) {
                                                nodes_.at(to)->process()->Deliver(std::move(frame));
                                              }});
  const std::vector<ring::NodeInfo> bootstrap = BootstrapList(knobs.nodes, knobs.zones);
  for (const ring::NodeInfo& info : bootstrap) {
    ProcessOptions options = Options(info.id);
    options.node.bootstrap = bootstrap;
    AddMachine(std::move(options));
  }
}

ProcessOptions Cluster::Options(NodeId id) const {
  ProcessOptions options{knobs_.node, knobs_.log, knobs_.disk, knobs_.cpu};
  options.node.self = id;
  return options;
}

void Cluster::AddMachine(ProcessOptions options) {
  const NodeId id = options.node.self;
  ids_.push_back(id);
  SimNode::Hooks hooks{
      [this](NodeId from, NodeId to, std::string frame) { Send(from, to, std::move(frame)); },
      [this](SimNode& node) { watch_.Look(node); },
      [this](SimNode& node) { leaderless_watch_.Started(node); },
      [this](SimNode& node, LogTicket ticket, const LogBatch& batch) {
        leaderless_watch_.Submitted(node, ticket, batch);
      },
      [this](SimNode& node, LogTicket upto) { leaderless_watch_.Durable(node.id(), upto); },
      [this](SimNode& node) { Died(node); },
      violation_};
  const MachineProfile machine{ClockRate(random_, knobs_.clock_drift_max),
                               knobs_.wall_offset_max * (random_.Below(1000) / 1e3),
                               knobs_.flush_chance};
  nodes_[id] = std::make_unique<SimNode>(queue_, trace_, random_.Fork(), id, std::move(options),
                                         machine, std::move(hooks));
}

void Cluster::Join(NodeId id, ring::SharedTopology topology) {
  if (nodes_.contains(id)) return;
  ProcessOptions options = Options(id);
  options.node.topology = std::move(topology);
  AddMachine(std::move(options));
  nodes_.at(id)->Boot();
}

void Cluster::Leave(NodeId id) {
  std::erase(ids_, id);
  nodes_.at(id)->Retire();
}

void Cluster::BootAll() {
  for (auto& [id, node] : nodes_) {
    SimNode* starting = node.get();
    queue_.After(absl::Milliseconds(static_cast<int64_t>(random_.Below(50))),
                 [starting] { starting->Boot(); });
  }
}

void Cluster::Send(NodeId from, NodeId to, std::string frame) {
  watch_.Sent(from, to, frame);
  leaderless_watch_.Sent(from, to, frame);
  if (nodes_.contains(to)) network_->Send(from, to, std::move(frame));
}

void Cluster::Died(SimNode& node) {
  watch_.Forget(node.id());
  leaderless_watch_.Forget(node.id());
  for (auto& [id, peer] : nodes_) {
    if (id == node.id() || random_.Chance(0.3)) continue;
    const absl::Duration notice = kNoticeMax * (random_.Below(1000) / 1e3);
    SimNode* told = peer.get();
    queue_.After(notice, [told, life = told->life(), gone = node.id()] {
      if (told->up() && told->life() == life) told->process()->PeerDisconnected(gone);
    });
  }
  if (on_death_) on_death_(node.id());
}

Nodes Cluster::UpNodes() {
  Nodes up;
  for (const auto& [id, node] : nodes_) {
    if (node->up()) up.push_back(id);
  }
  return up;
}

ring::SharedTopology Cluster::topology() {
  bool any = false;
  for (const auto& [id, node] : nodes_) {
    if (!node->up()) continue;
    any = true;
    auto topology = node->node()->topology();
    if (newest_ == nullptr || topology->epoch > newest_->epoch) newest_ = std::move(topology);
  }
  return any ? newest_ : nullptr;
}

std::vector<ring::PartitionInfo> Cluster::Partitions() {
  const auto newest = topology();
  if (newest == nullptr) return {};
  std::vector<ring::PartitionInfo> partitions{newest->meta};
  for (const auto& [name, keyspace] : newest->keyspaces) {
    if (keyspace.mode != Mode::kRaft) continue;
    partitions.insert(partitions.end(), keyspace.partitions.begin(), keyspace.partitions.end());
  }
  return partitions;
}

}  // namespace quorate::sim
