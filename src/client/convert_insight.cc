#include <utility>

#include "client/convert.h"

namespace quorate::client {
namespace {

absl::Duration MicrosOf(uint64_t value) { return absl::Microseconds(static_cast<int64_t>(value)); }

template <class Numbers>
std::vector<NodeId> NodesOf(const Numbers& wire) {
  std::vector<NodeId> nodes;
  for (const uint64_t node : wire) nodes.push_back(NodeId(node));
  return nodes;
}

}  // namespace

LagReport LagOf(const v1::GetLagResponse& wire) {
  LagReport report;
  for (const v1::ReplicaLag& one : wire.lags()) {
    report.lags.push_back({.partition = PartitionId(one.partition()),
                           .arc = one.arc(),
                           .node = NodeId(one.node()),
                           .behind = NodeId(one.behind()),
                           .writes = one.writes(),
                           .time = MicrosOf(one.time_us()),
                           .heard_of = one.heard_of()});
  }
  for (const v1::ReplicaBacklog& one : wire.backlogs()) {
    BacklogDescription backlog{.partition = PartitionId(one.partition()),
                               .node = NodeId(one.node()),
                               .writes = one.dots(),
                               .filled = one.filled(),
                               .staleness = {}};
    if (one.has_staleness_us()) backlog.staleness = MicrosOf(one.staleness_us());
    report.backlogs.push_back(backlog);
  }
  report.unreachable = NodesOf(wire.unreachable());
  return report;
}

ConflictList ConflictsOf(const v1::ListConflictsResponse& wire) {
  ConflictList list;
  for (const v1::DiscardedWrite& one : wire.writes()) {
    list.writes.push_back({.partition = PartitionId(one.partition()),
                           .node = NodeId(one.node()),
                           .number = one.id(),
                           .key = one.key(),
                           .value = one.value(),
                           .deleted = one.deleted(),
                           .version = one.version(),
                           .winner = one.winner(),
                           .at = absl::FromUnixMicros(static_cast<int64_t>(one.at_us()))});
  }
  list.unreachable = NodesOf(wire.unreachable());
  return list;
}

KeyInspection InspectionOf(const v1::InspectKeyResponse& wire) {
  KeyInspection inspection{.partition = PartitionId(wire.partition()),
                           .records = {},
                           .unreachable = NodesOf(wire.unreachable())};
  for (const v1::ReplicaRecord& one : wire.records()) {
    ReplicaRecord record{.node = NodeId(one.node()),
                         .held = one.held(),
                         .version = one.version(),
                         .dot = one.dot(),
                         .tombstone = one.tombstone(),
                         .expires_at = {},
                         .bytes = one.bytes(),
                         .digest = one.digest()};
    if (one.expires_at_us() != 0) {
      record.expires_at = absl::FromUnixMicros(static_cast<int64_t>(one.expires_at_us()));
    }
    inspection.records.push_back(std::move(record));
  }
  return inspection;
}

}  // namespace quorate::client
