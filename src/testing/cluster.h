// A whole cluster inside this process, for tests of programs that use Quorate:
// real nodes on loopback, whose network can be cut and which can be killed.
//
//   auto cluster = quorate::testing::Cluster::Start();
//   if (!cluster.ok()) ...
//   auto db = quorate::Client::Connect((*cluster)->endpoints());
//   db->Keyspace("default").Put("k", "v");
//   (*cluster)->Partition({{1}, {2, 3}});  // n1 is alone
//   (*cluster)->Heal();
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"

namespace quorate::testing {

struct ClusterOptions {
  uint32_t nodes = 3;    // 1 to 9
  uint32_t workers = 1;  // of each node: threads that own partitions; 1 to 16
  // Kept there, in node-1, node-2 and so on, and found again by the next start
  // with it; empty: in memory, gone with the cluster.
  std::string data_dir = {};
  // Where clients of n1 come in; each further node listens ten ports on, peers
  // and HTTP one and two ports beside. Empty: free ports.
  std::string listen = {};
  // Where `listen` is taken, or not what a kept cluster has: listen elsewhere.
  bool listen_elsewhere = false;
  std::vector<std::string> zones = {};  // of n1, n2, ...; those that lack one have none
  // A keyspace of mode raft with three replicas, or as many as there are nodes,
  // that is there from the start; empty: none.
  std::string keyspace = "default";
  absl::Duration start_timeout = absl::Seconds(30);
  // What the nodes say on stderr: debug, info, warn, error or off.
  std::string log_level = "off";
  // A node cannot go on, its disk being full or broken. By default the process
  // ends. Called from any thread.
  std::function<void(absl::Status)> on_failure = {};
};

// Nodes have the numbers 1 to nodes(). Thread-safe.
class Cluster {
 public:
  // Ready when it returns: every node serves and the keyspace has its leaders.
  // INVALID_ARGUMENT: a bad option, or a data folder of another cluster.
  // UNAVAILABLE: an address is taken. DEADLINE_EXCEEDED.
  static absl::StatusOr<std::unique_ptr<Cluster>> Start(ClusterOptions options = {});
  // Ends all nodes at once; what was in memory is gone.
  ~Cluster();
  Cluster(const Cluster&) = delete;
  Cluster& operator=(const Cluster&) = delete;

  uint32_t nodes() const;
  // All of them, for Client::Connect; and one, empty if there is no such node.
  std::string endpoints() const;
  std::string endpoint(uint32_t node) const;
  std::string http_endpoint(uint32_t node) const;  // health and metrics

  // From now on nodes hear only those of their own group, and one that is in no
  // group nobody; whatever was cut before. Clients still reach all of them.
  // INVALID_ARGUMENT: no such node, or one in two groups.
  absl::Status Partition(const std::vector<std::vector<uint32_t>>& groups);
  // `to` no longer hears `from`; the other way is as it was.
  absl::Status Cut(uint32_t from, uint32_t to);
  void Heal();

  // Hands its leaderships over, answers what it has accepted, and ends.
  absl::Status Stop(uint32_t node);
  // Ends at once and loses what was not synced: in memory as by a power cut, in
  // a folder as by SIGKILL.
  absl::Status Kill(uint32_t node);
  // Starts one that was stopped or killed, on what it kept, and waits until it
  // is ready (start_timeout at most: alone it has no leaders).
  absl::Status Restart(uint32_t node);

 private:
  class Impl;
  explicit Cluster(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace quorate::testing
