#include "moving.h"

#include <algorithm>

#include "absl/time/clock.h"
#include "base/strings.h"
#include "node_metrics.h"

namespace quorate::bench {
namespace {

constexpr absl::Duration kMovedMax = absl::Minutes(5);
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

absl::StatusOr<double> SnapshotBytesSent(const OwnCluster& cluster) {
  double sum = 0;
  for (uint32_t node = 1; node <= cluster.size(); ++node) {
    if (!cluster.runs(node)) continue;
    const auto one = SumOfMetric(cluster.http_address(node), kSnapshotBytes);
    if (!one.ok()) return one.status();
    sum += *one;
  }
  return sum;
}

}  // namespace quorate::bench
