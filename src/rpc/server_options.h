// What a kvd process is told, and what follows from it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "base/config.h"
#include "base/limits.h"
#include "ring/frozen_topology.h"
#include "rpc/address.h"

namespace quorate::rpc {

// One member for each setting; `AddSettings` has their names and help.
struct ServerOptions {
  uint64_t node_id = 1;
  std::string cluster_id = "quorate";
  std::string data_dir = "/var/lib/quorate";
  std::string zone;
  uint64_t weight = 100;
  std::string bootstrap;
  std::string join;

  std::string listen = "127.0.0.1:7400";
  std::string peer_listen = "127.0.0.1:7401";
  std::string http_listen = "127.0.0.1:7402";
  std::string advertise;
  std::string peer_advertise;
  bool insecure = false;
  bool fault_switch = false;

  uint64_t workers = 0;
  absl::Duration request_timeout = absl::Seconds(5);
  absl::Duration slow_request = absl::Seconds(1);
  absl::Duration drain_timeout = absl::Seconds(10);
  uint64_t value_bytes_max = limits::kValueBytesMaxDefault;

  absl::Duration tick = absl::Milliseconds(50);
  uint64_t heartbeat_ticks = 2;
  uint64_t election_ticks = 10;
  uint64_t quiet_after_ticks = 40;
  absl::Duration rebalance_interval = absl::Seconds(2);
  absl::Duration dead_after = absl::Minutes(10);
  uint64_t moves_at_once = 4;
  uint64_t move_rate = 128 << 20;
  absl::Duration clock_skew_max = absl::Seconds(5);
  uint64_t hedge_reads = 100;
  uint64_t uncommitted_bytes_max = 64 << 20;
  uint64_t queued_requests_max = 32 << 10;
  uint64_t snapshot_chunk_bytes = 256 << 10;

  uint64_t log_segment_bytes = 64 << 20;
  uint64_t log_spare_segments = 1;
  uint64_t log_flush_bytes = 256 << 20;
  uint64_t log_cache_bytes = 16 << 20;
  uint64_t memtable_bytes = 32 << 20;
  uint64_t block_cache_bytes = 128 << 20;
  uint64_t disk_reserve_bytes = 512 << 20;
  uint64_t hints_bytes_max = 64 << 20;

  std::string log_level = "info";

  // Who runs it says whether these were set; otherwise the data folder may say them.
  bool node_id_given = false;
  bool cluster_id_given = false;
};

// Registers every member of `options`, which must outlive `config`.
void AddSettings(Config& config, ServerOptions& options);

// What the texts among the options say.
struct ServerPlan {
  Address listen;
  Address peer_listen;
  Address http_listen;
  std::vector<ring::NodeInfo> bootstrap;  // this node among them
  std::optional<Address> join;            // a node of the cluster to join
  ring::SharedTopology topology;          // of the cluster that has let it in
};

// INVALID_ARGUMENT naming the setting and the way out: an address that isn't
// one, one beyond this machine without --insecure, two that are the same, a
// bootstrap list that is malformed or lacks this node, ticks out of order.
absl::StatusOr<ServerPlan> PlanServer(const ServerOptions& options);

// "1=host:port/host:port,2=...": node id, its address for clients, for peers,
// and behind a further slash its zone.
absl::StatusOr<std::vector<ring::NodeInfo>> ParseBootstrap(std::string_view text);

}  // namespace quorate::rpc
