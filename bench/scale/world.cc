#include "world.h"

#include <malloc.h>

#include <algorithm>
#include <ctime>
#include <utility>

#include "base/check.h"
#include "base/limits.h"
#include "base/strings.h"

namespace quorate::bench {
namespace {

constexpr absl::Duration kPatience = absl::Minutes(5);
constexpr absl::Duration kDeadline = absl::Seconds(30);
constexpr uint32_t kReplicas = 3;
constexpr uint64_t kSegmentBytes = 4 << 20;  // the simulated disks are memory
constexpr uint64_t kKeys = 2000;             // what they hold is memory, too

std::vector<ring::NodeInfo> BootstrapOf(uint32_t count) {
  std::vector<ring::NodeInfo> all;
  for (uint32_t id = 1; id <= count; ++id) {
    ring::NodeInfo node;
    node.id = NodeId(id);
    node.client_address = StrCat("n", id, ":7400");
    node.peer_address = StrCat("n", id, ":7401");
    all.push_back(std::move(node));
  }
  return all;
}

uint64_t BytesOf(const LogBatch& batch) {
  uint64_t bytes = 0;
  for (const GroupWrite& group : batch.groups) {
    for (const LogEntry& entry : group.entries) bytes += entry.data.size();
  }
  return bytes;
}

void Violated(const std::string& what) { QUORATE_CHECK(false, what.c_str()); }

}  // namespace

Counts Difference(const Counts& after, const Counts& before) {
  return {after.frames - before.frames,
          after.frame_bytes - before.frame_bytes,
          after.syncs - before.syncs,
          after.log_bytes - before.log_bytes,
          after.cpu_seconds - before.cpu_seconds,
          after.heap_bytes - before.heap_bytes};
}

World::World(uint32_t nodes) : trace_(queue_, 0, nullptr), random_(1) {
  network_ = std::make_unique<sim::Network>(
      queue_, trace_, random_.Fork(), sim::NetworkProfile(),
      sim::Network::Ends{[this](NodeId id) { return nodes_.at(id)->life(); },
                         [this](NodeId to, NodeId, std::string frame) {
                           nodes_.at(to)->process()->Deliver(std::move(frame));
                         }});
  sim::ProcessOptions options;
  options.node.cluster_id = "scale";
  options.node.bootstrap = BootstrapOf(nodes);
  options.log.segment_bytes = kSegmentBytes;
  sim::SimNode::Hooks hooks{[this](NodeId from, NodeId to, std::string frame) {
                              ++counts_.frames;
                              counts_.frame_bytes += frame.size();
                              network_->Send(from, to, std::move(frame));
                            },
                            [](sim::SimNode&) {},
                            [](sim::SimNode&) {},
                            [this](sim::SimNode&, LogTicket, const LogBatch& batch) {
                              counts_.log_bytes += BytesOf(batch);
                            },
                            [this](sim::SimNode&, LogTicket) { ++counts_.syncs; },
                            [](sim::SimNode&) {},
                            Violated};
  for (const ring::NodeInfo& node : options.node.bootstrap) {
    options.node.self = node.id;
    nodes_[node.id] = std::make_unique<sim::SimNode>(queue_, trace_, random_.Fork(), node.id,
                                                     options, sim::MachineProfile(), hooks);
  }
  for (auto& [id, node] : nodes_) node->Boot();
  Await("a cluster that is ready", [this] { return AllReady(); });
}

void World::Await(const std::string& what, const std::function<bool()>& done) {
  constexpr absl::Duration kStep = absl::Milliseconds(50);
  const absl::Duration end = queue_.now() + kPatience;
  while (!done()) {
    QUORATE_CHECK(queue_.now() < end, what.c_str());
    Pass(kStep);
  }
}

bool World::AllReady() const {
  return std::all_of(nodes_.begin(), nodes_.end(),
                     [](const auto& node) { return node.second->node()->ready(); });
}

void World::MakeKeyspace(const std::string& name, uint32_t partitions) {
  sim::SimNode& first = *nodes_.begin()->second;
  bool made = false;
  first.process()->WhenRunning([&](Node& node) {
    ring::KeyspaceSpec spec;
    spec.name = name;
    spec.replicas = kReplicas;
    spec.partitions = partitions;
    const absl::Duration deadline = first.machine().env.Monotonic() + kDeadline;
    node.CreateKeyspace(spec, deadline, [&made](const auto& topology) {
      QUORATE_CHECK(topology.ok(), "a keyspace");
      made = true;
    });
  });
  Await("a keyspace", [&made] { return made; });
}

void World::MakePartitions(uint32_t count) {
  for (uint32_t made = 0; made < count;) {
    const uint32_t more = std::min(count - made, limits::kPartitionsPerKeyspaceMax);
    MakeKeyspace(StrCat("from", made), more);
    made += more;
  }
  Settle();
  Await("leaders everywhere", [this] { return AllReady(); });
  partitions_.clear();
  for (const auto& [name, keyspace] : nodes_.begin()->second->node()->topology()->keyspaces) {
    partitions_.insert(partitions_.end(), keyspace.partitions.begin(), keyspace.partitions.end());
  }
}

// Elections, leaders on their way to where they should be, and then silence.
void World::Settle() { Pass(absl::Seconds(20)); }

Counts World::counts() const {
  Counts now = counts_;
  now.cpu_seconds = static_cast<double>(std::clock()) / CLOCKS_PER_SEC;
  const struct mallinfo2 heap = mallinfo2();
  now.heap_bytes = static_cast<double>(heap.uordblks + heap.hblkhd);
  return now;
}

void World::BeginPut(const std::shared_ptr<Load>& load) {
  if (queue_.now() >= load->end) return;
  const ring::PartitionInfo& partition = partitions_[random_.Below(partitions_.size())];
  sim::SimNode& leader = *nodes_.at(partition.replicas.front());
  kv::Mutation put;
  put.key = StrCat("key-", random_.Below(kKeys));
  put.value = load->value;
  Request request;
  request.partition = partition.id;
  request.epoch = leader.node()->topology()->epoch;
  request.level = Level::kQuorum;
  request.deadline = leader.machine().env.Monotonic() + kDeadline;
  request.op = kv::Command{{std::move(put)}};
  leader.process()->Execute(std::move(request), [this, load](const Reply& reply) {
    QUORATE_CHECK(reply.status.ok(), "a put");
    if (queue_.now() < load->end) ++load->done;
    queue_.After(absl::ZeroDuration(), [this, load] { BeginPut(load); });
  });
}

uint64_t World::Put(uint32_t in_flight, size_t value_bytes, absl::Duration length) {
  const auto load = std::make_shared<Load>();
  load->value.assign(value_bytes, 'v');
  load->end = queue_.now() + length;
  for (uint32_t slot = 0; slot < in_flight; ++slot) BeginPut(load);
  Pass(length);
  return load->done;
}

}  // namespace quorate::bench
