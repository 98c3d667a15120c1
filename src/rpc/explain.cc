#include "rpc/explain.h"

#include <set>
#include <string>

#include "ring/guarantees.h"
#include "ring/levels.h"
#include "ring/outage.h"
#include "rpc/convert.h"
#include "rpc/staleness.h"

namespace quorate::rpc {
namespace {

using ring::Access;
using ring::Guarantee;

absl::StatusOr<Level> LevelFor(const ring::KeyspaceInfo& keyspace, Access access, v1::Level asked) {
  absl::StatusOr<Level> level = LevelOf(asked);
  if (!level.ok()) return level;
  const bool read = access == Access::kRead;
  if (*level == Level::kDefault) level = read ? keyspace.default_read : keyspace.default_write;
  const absl::Status honoured =
      read ? ring::CheckReadLevel(keyspace.mode, *level, keyspace.conflict)
           : ring::CheckWriteLevel(keyspace.mode, *level, keyspace.conflict);
  if (!honoured.ok()) return honoured;
  return level;
}

void Worsen(const ring::Topology& topology, const ring::KeyspaceInfo& keyspace,
            const Guarantee& guarantee, const std::set<NodeId>& down, const std::string& name,
            v1::Loss* loss) {
  const uint32_t stopped = ring::CountStopped(topology, keyspace, guarantee, down);
  if (stopped <= loss->stopped()) return;
  loss->set_worst(name);
  loss->set_stopped(stopped);
}

void FillLosses(const ring::Topology& topology, const ring::KeyspaceInfo& keyspace,
                const Guarantee& guarantee, v1::LevelFacts* out) {
  for (const ring::NodeInfo& node : topology.nodes) {
    Worsen(topology, keyspace, guarantee, {node.id}, node.id.ToString(), out->mutable_one_node());
  }
  const std::set<std::string> zones = ring::ZonesOf(topology);
  if (zones.size() < 2) return;
  for (const std::string& zone : zones) {
    Worsen(topology, keyspace, guarantee, ring::NodesIn(topology, zone), zone,
           out->mutable_one_zone());
  }
}

bool IsRead(Operation operation) {
  return operation == Operation::kGet || operation == Operation::kMultiGet ||
         operation == Operation::kScan;
}

void FillLatencies(const CallMetrics& calls, const Guarantee& guarantee, v1::LevelFacts* out) {
  for (size_t i = 0; i < kOperations; ++i) {
    const auto operation = static_cast<Operation>(i);
    if (IsRead(operation) != (guarantee.access == Access::kRead)) continue;
    const LatencyHistogram& latency = calls.latency(operation, guarantee.level);
    if (latency.count() == 0) continue;
    v1::OperationLatency* one = out->add_latencies();
    one->set_operation(std::string(OperationName(operation)));
    one->set_requests(latency.count());
    one->set_p50_us(static_cast<uint64_t>(absl::ToInt64Microseconds(latency.Quantile(0.5))));
    one->set_p99_us(static_cast<uint64_t>(absl::ToInt64Microseconds(latency.Quantile(0.99))));
  }
}

void FillLevel(const ring::Topology& topology, const ring::KeyspaceInfo& keyspace, Access access,
               Level level, const CallMetrics& calls, v1::LevelFacts* out) {
  out->set_level(static_cast<v1::Level>(level));
  const Guarantee* guarantee = ring::FindGuarantee(keyspace.mode, access, level, keyspace.conflict);
  if (guarantee == nullptr) return;
  out->set_promise(std::string(guarantee->promise));
  out->set_answers(ring::CountIn(topology, keyspace, guarantee->answers));
  out->set_needs(ring::CountIn(topology, keyspace, guarantee->needs));
  if (ring::CountsByZones(guarantee->needs)) {
    for (const ring::ZoneShare& share : ring::ZoneSharesOf(topology, keyspace)) {
      v1::ZoneNeed* need = out->add_zones();
      need->set_zone(share.zone);
      need->set_replicas(share.replicas);
      need->set_needs(share.needs);
    }
  }
  FillLosses(topology, keyspace, *guarantee, out);
  FillLatencies(calls, *guarantee, out);
}

}  // namespace

absl::Status FillExplanation(const ring::Topology& topology, const ring::KeyspaceInfo& keyspace,
                             const v1::ExplainRequest& in, const CallMetrics& calls,
                             const quorum::RoundTrips& measured, v1::ExplainResponse* out) {
  const absl::StatusOr<Level> read = LevelFor(keyspace, Access::kRead, in.read());
  if (!read.ok()) return read.status();
  const absl::StatusOr<Level> write = LevelFor(keyspace, Access::kWrite, in.write());
  if (!write.ok()) return write.status();
  out->set_keyspace(keyspace.name);
  out->set_mode(static_cast<v1::Mode>(keyspace.mode));
  out->set_replicas(keyspace.replicas);
  out->set_partitions(static_cast<uint32_t>(keyspace.partitions.size()));
  out->set_epoch(topology.epoch.value());
  FillLevel(topology, keyspace, Access::kRead, *read, calls, out->mutable_read());
  FillLevel(topology, keyspace, Access::kWrite, *write, calls, out->mutable_write());
  out->set_conflict(static_cast<v1::Conflict>(keyspace.conflict));
  FillStaleness(topology, keyspace, *read, *write, measured, out);
  return absl::OkStatus();
}

}  // namespace quorate::rpc
