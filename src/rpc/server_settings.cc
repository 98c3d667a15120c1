// The names, bounds and help of kvd's settings.
#include "base/limits.h"
#include "rpc/log_level.h"
#include "rpc/server_options.h"

namespace quorate::rpc {
namespace {

constexpr uint64_t kKiB = 1 << 10;
constexpr uint64_t kMiB = 1 << 20;
constexpr uint64_t kGiB = 1 << 30;

void AddIdentity(Config& config, ServerOptions& o) {
  config.Section("Who this node is");
  config.AddNumber("node-id", "its number in the cluster", &o.node_id, {1, limits::kNodeIdMax});
  config.AddText("cluster-id", "the cluster's name, the same on all nodes", "NAME", &o.cluster_id);
  config.AddText("data-dir", "the folder that holds everything it keeps", "DIR", &o.data_dir);
  config.AddText(
      "zone",
      "the rack, hall or region that a node stands in which joins or is a cluster of one; more say "
      "it in bootstrap",
      "NAME", &o.zone);
  config.AddNumber("weight", "the share that such a node takes of all; 100 is usual", &o.weight,
                   {1, limits::kNodeWeightMax});
  config.AddText("bootstrap",
                 "all nodes of a new cluster, the same on each; without it the node is a "
                 "cluster of its own",
                 "ID=CLIENT/PEER[/ZONE],...", &o.bootstrap);
  config.AddText("join",
                 "instead: a node of a running cluster (its address for clients), which lets this "
                 "one in and gives it an id; once it is in, its folder says so",
                 "HOST:PORT", &o.join);
}

void AddAddresses(Config& config, ServerOptions& o) {
  config.Section("Addresses");
  config.AddText("listen", "where clients come in", "HOST:PORT", &o.listen);
  config.AddText("peer-listen", "where other nodes come in", "HOST:PORT", &o.peer_listen);
  config.AddText("http-listen", "health and metrics over HTTP", "HOST:PORT", &o.http_listen);
  config.AddText("advertise",
                 "what clients are told of a node that joins or is a cluster of one, if not where "
                 "it listens",
                 "HOST:PORT", &o.advertise);
  config.AddText("peer-advertise", "what other nodes are told, likewise", "HOST:PORT",
                 &o.peer_advertise);
  config.AddSwitch("insecure",
                   "allow addresses beyond this machine, though anyone there can then read and "
                   "write",
                   &o.insecure);
  config.AddSwitch("fault-switch",
                   "for drills: let `kvctl cluster cut` cut this node off from others",
                   &o.fault_switch);
}

void AddRequests(Config& config, ServerOptions& o) {
  config.Section("Requests");
  config.AddNumber("workers", "threads that own partitions; 0: half the processor's cores",
                   &o.workers, {0, 256});
  config.AddDuration("request-timeout", "of requests that name no deadline", &o.request_timeout,
                     {absl::Milliseconds(1), absl::Minutes(10)});
  config.AddDuration("slow-request",
                     "a request that takes so long is logged, with where its time went; 0: none is",
                     &o.slow_request, {absl::ZeroDuration(), absl::Hours(1)});
  config.AddDuration("drain-timeout", "how long SIGTERM waits for leaderships to be taken over",
                     &o.drain_timeout, {absl::ZeroDuration(), absl::Minutes(10)});
  config.AddNumber("queued-requests-max",
                   "of one worker, waiting to be begun; more are refused for the moment",
                   &o.queued_requests_max, {1, 100'000'000});
  config.AddBytes("value-bytes-max", "the largest value that is taken", &o.value_bytes_max,
                  {1, limits::kBatchBytesMax});
}

void AddReplication(Config& config, ServerOptions& o) {
  config.Section("Replication");
  config.AddDuration("tick", "the step of the replication's clock", &o.tick,
                     {absl::Milliseconds(1), absl::Seconds(10)});
  config.AddNumber("heartbeat-ticks", "a leader is heard of at least so often", &o.heartbeat_ticks,
                   {1, 1000});
  config.AddNumber("election-ticks",
                   "silence after which a new leader is elected, to twice as much by chance",
                   &o.election_ticks, {2, 10'000});
  config.AddNumber("quiet-after-ticks", "an idle partition then sends no heartbeats of its own",
                   &o.quiet_after_ticks, {1, 1'000'000});
  config.AddDuration("rebalance-interval",
                     "how often leaderships move towards their preferred nodes",
                     &o.rebalance_interval, {absl::Milliseconds(10), absl::Hours(24)});
  config.AddDuration("dead-after",
                     "a node not heard of for so long is dead: its replicas are rebuilt on others, "
                     "if enough are left; 0: never by itself",
                     &o.dead_after, {absl::ZeroDuration(), absl::Hours(24 * 365)});
  config.AddNumber("moves-at-once", "partitions, over the cluster, whose replicas move at a time",
                   &o.moves_at_once, {1, 1000});
  config.AddBytes(
      "move-rate",
      "of whole replicas sent to other nodes, each second at most, and less where clients "
      "wait; 0: no bound, whoever waits",
      &o.move_rate, {0, 1024 * kGiB});
  config.AddDuration("clock-skew-max",
                     "mode quorum: a time-stamp further ahead of this node's calendar is refused",
                     &o.clock_skew_max, {absl::Seconds(1), absl::Hours(1)});
  config.AddNumber(
      "hedge-reads",
      "mode quorum: of 1000 reads, so many may ask one replica more, where one is slow",
      &o.hedge_reads, {0, 1000});
  config.AddBytes("uncommitted-bytes-max",
                  "writes of one partition under way; more are refused for the moment",
                  &o.uncommitted_bytes_max, {kMiB, 16 * kGiB});
  config.AddBytes("snapshot-chunk-bytes", "one message of a snapshot to a node that is far behind",
                  &o.snapshot_chunk_bytes, {kKiB, 8 * kMiB});
}

void AddStorage(Config& config, ServerOptions& o) {
  config.Section("Storage");
  config.AddBytes("log-segment-bytes", "one file of the log; a multiple of 4KiB",
                  &o.log_segment_bytes, {64 * kKiB, 4 * kGiB});
  config.AddNumber("log-spare-segments", "such files kept ready", &o.log_spare_segments, {0, 16});
  config.AddBytes("log-flush-bytes", "log on disk beyond which state is flushed so that it can go",
                  &o.log_flush_bytes, {kMiB, 1024 * kGiB});
  config.AddBytes("log-cache-bytes", "entries of one partition kept in memory for slow followers",
                  &o.log_cache_bytes, {kKiB, 16 * kGiB});
  config.AddBytes("memtable-bytes", "state in memory before it is written to a file",
                  &o.memtable_bytes, {64 * kKiB, 4 * kGiB});
  config.AddBytes("disk-reserve-bytes",
                  "room on the disk that is kept back; with less, only reads and deletes go on",
                  &o.disk_reserve_bytes, {0, 1024 * kGiB});
  config.AddBytes("hints-bytes-max",
                  "writes at ANY kept for replicas that can't be reached; more are refused",
                  &o.hints_bytes_max, {0, 16 * kGiB});
  config.AddBytes("block-cache-bytes", "state read from files that is kept in memory",
                  &o.block_cache_bytes, {kMiB, 1024 * kGiB});
}

}  // namespace

void AddSettings(Config& config, ServerOptions& o) {
  AddIdentity(config, o);
  AddAddresses(config, o);
  AddRequests(config, o);
  AddReplication(config, o);
  AddStorage(config, o);
  config.Section("Messages");
  config.AddChoice("log-level", "how much the process says on stderr", LogLevels(), &o.log_level);
}

}  // namespace quorate::rpc
