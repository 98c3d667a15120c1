#include "moving.h"

#include <algorithm>

#include "absl/time/clock.h"
#include "base/strings.h"
#include "node_metrics.h"

namespace quorate::bench {
namespace {

constexpr absl::Duration kMovedMax = absl::Minutes(5);
constexpr absl::Duration kIdleMax = absl::Minutes(1);
constexpr absl::Duration kIdleLook = absl::Seconds(1);
constexpr double kIdleShare = 0.2;  // of a core, all nodes together
constexpr char kSnapshotBytes[] = "quorate_snapshot_sent_bytes_total";

bool Rests(const PartitionDescription& partition) {
  return !partition.joining && !partition.leaving && partition.target.empty();
}

}  // namespace

bool IsAtRest(const TopologyDescription& topology) {
  return Rests(topology.meta) &&
         std::all_of(topology.keyspaces.begin(), topology.keyspaces.end(), [](const auto& one) {
           return std::all_of(one.partitions.begin(), one.partitions.end(), Rests);
         });
}

size_t ReplicasOn(const TopologyDescription& topology, const std::string& keyspace, NodeId node) {
  const KeyspaceDescription* found = topology.FindKeyspace(keyspace);
  if (found == nullptr) return 0;
  return static_cast<size_t>(std::count_if(
      found->partitions.begin(), found->partitions.end(), [node](const auto& partition) {
        return std::count(partition.replicas.begin(), partition.replicas.end(), node) > 0;
      }));
}

absl::Status AwaitReplicas(OwnCluster& cluster, const Client& client, const std::string& keyspace,
                           NodeId node, bool holds, absl::Duration pause) {
  Client asked = client;
  const absl::Time give_up = absl::Now() + kMovedMax;
  while (absl::Now() < give_up) {
    const auto topology = asked.Topology();
    if (topology.ok() && IsAtRest(*topology) &&
        (ReplicasOn(*topology, keyspace, node) > 0) == holds) {
      return absl::OkStatus();
    }
    if (holds && !cluster.process(static_cast<uint32_t>(node.value())).running()) {
      return absl::UnavailableError(StrCat("node ", node.value(), " has ended"));
    }
    absl::SleepFor(pause);
  }
  return absl::UnavailableError(
      StrCat("the replicas have not moved within ", ToStd(absl::FormatDuration(kMovedMax))));
}

absl::Status AwaitIdle(const OwnCluster& cluster) {
  const auto used = [&cluster] {
    absl::Duration all;
    for (uint32_t node = 1; node <= cluster.size(); ++node) {
      if (cluster.runs(node)) all += cluster.process(node).CpuTime();
    }
    return all;
  };
  const absl::Time give_up = absl::Now() + kIdleMax;
  while (absl::Now() < give_up) {
    const absl::Duration before = used();
    absl::SleepFor(kIdleLook);
    if (used() - before <= kIdleShare * kIdleLook) return absl::OkStatus();
  }
  return absl::UnavailableError("the nodes are still busy");
}

absl::StatusOr<BytesSent> CountBytesSent(const OwnCluster& cluster, NodeId to) {
  std::string frames = "quorate_peer_sent_bytes_total";
  if (to) StrAppend(&frames, "{peer=\"", to.ToString(), "\"}");
  BytesSent all;
  for (uint32_t node = 1; node <= cluster.size(); ++node) {
    if (!cluster.runs(node)) continue;
    const auto of_states = SumOfMetric(cluster.http_address(node), kSnapshotBytes);
    if (!of_states.ok()) return of_states.status();
    const auto of_frames = SumOfMetric(cluster.http_address(node), frames);
    if (!of_frames.ok()) return of_frames.status();
    all.states += *of_states;
    all.frames += *of_frames;
  }
  return all;
}

}  // namespace quorate::bench
