#include "rpc/node_metrics.h"

#include <algorithm>
#include <map>

namespace quorate::rpc {
namespace {

double Number(uint64_t n) { return static_cast<double>(n); }

// Of one replica that is behind; those that are not have no samples, for there may be
// many of them.
void WritePartitionLag(PartitionId partition, const ReplicaLag& lag, MetricsPage& page) {
  if (lag.writes == 0) return;
  const MetricsPage::Labels labels = {{"partition", partition.ToString()},
                                      {"peer", lag.behind.ToString()}};
  page.AddGauge("quorate_partition_lag_writes",
                "The same by partition, where it is not 0: as kvctl keyspace lag shows it.",
                Number(lag.writes), labels);
  page.AddGauge("quorate_partition_lag_seconds",
                "Since that replica last had all that was here, where it has not.",
                absl::ToDoubleSeconds(lag.time), labels);
}

// Of the others' replicas, as those here know them; one sample for each node.
void WriteQuorum(const std::vector<QuorumStatus>& replicas, MetricsPage& page) {
  struct Behind {
    uint64_t writes = 0;
    absl::Duration time;
  };
  std::map<NodeId, Behind> behind;
  QuorumStatus all;
  uint64_t unfilled = 0;
  for (const QuorumStatus& replica : replicas) {
    for (const ReplicaLag& lag : replica.lags) {
      Behind& node = behind[lag.behind];
      node.writes += lag.writes;
      node.time = std::max(node.time, lag.time);
      WritePartitionLag(replica.partition, lag, page);
    }
    all.dots += replica.dots;
    all.records_repaired += replica.records_repaired;
    all.records_disputed += replica.records_disputed;
    all.reads_hedged += replica.reads_hedged;
    all.register_round_trips += replica.register_round_trips;
    all.conflicts_discarded += replica.conflicts_discarded;
    all.times_refused += replica.times_refused;
    all.values_full += replica.values_full;
    unfilled += replica.filled ? 0 : 1;
  }
  for (const auto& [node, lag] : behind) {
    const MetricsPage::Labels labels = {{"peer", node.ToString()}};
    page.AddGauge("quorate_replica_lag_writes",
                  "Writes here that the node's replicas of mode quorum are not known to have.",
                  Number(lag.writes), labels);
    page.AddGauge("quorate_replica_lag_seconds",
                  "Since the node's replica that is behind longest last had all that was here.",
                  absl::ToDoubleSeconds(lag.time), labels);
  }
  page.AddGauge("quorate_dots_uncovered", "Writes here not yet known to be on every replica.",
                Number(all.dots));
  page.AddGauge("quorate_replicas_unfilled",
                "Replicas here that are being filled after their disk was lost.", Number(unfilled));
  page.AddCounter("quorate_records_repaired_total",
                  "Records that differed between replicas at rest: above 0, look at the disks.",
                  Number(all.records_repaired));
  page.AddCounter("quorate_records_disputed_total",
                  "Of these, those of which no majority held the same: look at what they hold.",
                  Number(all.records_disputed));
  page.AddCounter("quorate_conflicts_discarded_total",
                  "Writes given up here for concurrent ones: kvctl conflicts list.",
                  Number(all.conflicts_discarded));
  page.AddCounter("quorate_values_full_total",
                  "Writes refused here as their key had too many siblings, or too large a set or "
                  "map: look for who writes without contexts.",
                  Number(all.values_full));
  page.AddCounter("quorate_time_stamps_refused_total",
                  "Writes refused here as their time-stamps lie more than clock-skew-max ahead.",
                  Number(all.times_refused));
  page.AddCounter("quorate_reads_hedged_total",
                  "Reads that asked one replica more, as another was slow.",
                  Number(all.reads_hedged));
  page.AddCounter("quorate_register_round_trips_total",
                  "Questions to a quorum for operations on registers.",
                  Number(all.register_round_trips));
}

}  // namespace

void WriteReport(const NodeStatusReport& report, NodeId self, MetricsPage& page) {
  uint64_t quiet = 0;
  uint64_t log_bytes = 0;
  uint64_t behind_apply = 0;
  uint64_t terms = 0;
  for (const ReplicaStatus& replica : report.replicas) {
    quiet += replica.quiet ? 1 : 0;
    log_bytes += replica.log_bytes;
    terms += replica.term;
    behind_apply = std::max(
        behind_apply, replica.commit_index - std::min(replica.commit_index, replica.applied_index));
  }
  page.AddGauge("quorate_topology_epoch", "Epoch of the topology this node follows.",
                Number(report.epoch.value()));
  page.AddGauge("quorate_raft_replicas", "Replicas on this node.", Number(report.replicas.size()));
  page.AddGauge("quorate_raft_leaders", "Replicas on this node that lead.", Number(report.leaders));
  page.AddGauge("quorate_raft_leaderless", "Replicas on this node that know no leader.",
                Number(report.leaderless));
  page.AddGauge("quorate_raft_has_leader", "1 while every replica on this node knows a leader.",
                report.leaderless == 0 ? 1 : 0);
  page.AddGauge("quorate_raft_quiet", "Replicas on this node whose partition is idle.",
                Number(quiet));
  page.AddCounter("quorate_raft_terms_total",
                  "Sum of the terms of all replicas here: grows with each election.",
                  Number(terms));
  page.AddGauge("quorate_raft_unapplied_entries",
                "Entries committed but not applied, of the replica that has most.",
                Number(behind_apply));
  page.AddGauge("quorate_raft_log_memory_bytes", "Entries kept in memory, over all replicas.",
                Number(log_bytes));
  page.AddCounter("quorate_snapshot_sent_bytes_total",
                  "State sent whole to replicas that are new, or too far behind for the log.",
                  Number(report.snapshot_bytes_sent));
  page.AddGauge("quorate_peers_unreachable", "Nodes not heard of for an election timeout.",
                Number(report.unreachable.size()));
  page.AddGauge("quorate_peers_disowned",
                "Nodes refused as they came back on an older disk, or on one that lost something.",
                Number(report.disowned.size()));
  page.AddGauge("quorate_hints", "Writes at ANY kept here for replicas that can't be reached.",
                Number(report.hints));
  page.AddGauge("quorate_hint_bytes", "Bytes of those, of hints-bytes-max.",
                Number(report.hint_bytes));
  page.AddCounter("quorate_hints_refused_total",
                  "Of those, how many their replicas refused, so that they are lost.",
                  Number(report.hints_refused));
  page.AddCounter("quorate_hints_put_off_total",
                  "Of those, how often one was refused for now and put behind the others.",
                  Number(report.hints_put_off));
  page.AddCounter("quorate_requests_outdated_total",
                  "Requests refused as an older topology had routed them to a dropped keyspace.",
                  Number(report.requests_outdated));
  page.AddGauge("quorate_node_id", "This node's id.", Number(self.value()));
  for (const ClockSkew& skew : report.skews) {
    page.AddGauge("quorate_clock_skew_seconds",
                  "By how much the peer's calendar is ahead of this node's.",
                  absl::ToDoubleSeconds(skew.ahead), {{"peer", skew.node.ToString()}});
  }
  page.AddGauge("quorate_clock_set_off_seconds",
                "By how much the calendar that is followed is ahead of this node's own, which a "
                "majority contradicts.",
                absl::ToDoubleSeconds(report.clock_set_off));
  WriteQuorum(report.quorum, page);
}

void WriteDiskRoom(const DiskRoom& disk, MetricsPage& page) {
  page.AddGauge("quorate_disk_free_bytes", "Room that the data folder's disk has left.",
                Number(disk.free_bytes()));
  page.AddGauge("quorate_disk_nearly_full",
                "1 while there is less than disk-reserve-bytes: nothing that grows is taken.",
                disk.room() == Room::kEnough ? 0 : 1);
}

void WriteLogStats(const LogStats& stats, MetricsPage& page) {
  page.AddGauge("quorate_log_segments", "Segments of the log in use.", Number(stats.segments));
  page.AddGauge("quorate_log_disk_bytes", "Bytes of segments in use.", Number(stats.bytes_on_disk));
  page.AddCounter("quorate_log_records_total", "Records written: each one write and one sync.",
                  Number(stats.records));
  page.AddCounter("quorate_log_entries_total", "Entries in those records.",
                  Number(stats.entries_written));
  page.AddCounter("quorate_log_record_bytes_total", "Bytes of those records.",
                  Number(stats.bytes_written));
}

void WriteEngineStats(const EngineStats& stats, MetricsPage& page) {
  page.AddGauge("quorate_engine_data_bytes", "State in files.", Number(stats.data_bytes));
  page.AddGauge("quorate_engine_memtable_bytes", "State in memory, not yet in files.",
                Number(stats.memtable_bytes));
  page.AddCounter("quorate_engine_flushes_total", "Memtables written to files.",
                  Number(stats.flushes));
  page.AddGauge("quorate_engine_compaction_pending_bytes", "Bytes that wait to be compacted.",
                Number(stats.compaction_pending_bytes));
  page.AddGauge("quorate_engine_block_cache_bytes", "State read from files that is in memory.",
                Number(stats.block_cache_bytes));
  page.AddGauge("quorate_engine_keys", "Keys in the state, estimated.",
                Number(stats.keys_estimated));
}

}  // namespace quorate::rpc
