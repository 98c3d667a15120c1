#include "rpc/node_metrics.h"

#include <algorithm>

namespace quorate::rpc {
namespace {

double Number(uint64_t n) { return static_cast<double>(n); }

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
  page.AddGauge("quorate_peers_unreachable", "Nodes not heard of for an election timeout.",
                Number(report.unreachable.size()));
  page.AddGauge("quorate_hints", "Writes at ANY kept here for replicas that can't be reached.",
                Number(report.hints));
  page.AddGauge("quorate_hint_bytes", "Bytes of those, of hints-bytes-max.",
                Number(report.hint_bytes));
  page.AddCounter("quorate_hints_refused_total",
                  "Of those, how many their replicas refused, so that they are lost.",
                  Number(report.hints_refused));
  page.AddGauge("quorate_node_id", "This node's id.", Number(self.value()));
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
