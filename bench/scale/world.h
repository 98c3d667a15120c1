// A cluster of real nodes in virtual time, without faults, whose words and syncs are counted.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "base/ids.h"
#include "sim/event_queue.h"
#include "sim/network.h"
#include "sim/sim_node.h"
#include "sim/trace.h"

namespace quorate::bench {

// Since the beginning, over all nodes.
struct Counts {
  uint64_t frames = 0;  // between nodes
  uint64_t frame_bytes = 0;
  uint64_t syncs = 0;
  uint64_t log_bytes = 0;  // of entries, as the logs were given them
  double cpu_seconds = 0;  // of this process
  double heap_bytes = 0;   // of this process, now
};
Counts Difference(const Counts& after, const Counts& before);

class World {
 public:
  // Boots them and waits until all are ready.
  explicit World(uint32_t nodes);

  uint32_t nodes() const { return static_cast<uint32_t>(nodes_.size()); }
  // With three replicas, in as many keyspaces as it takes; all led when it returns.
  void MakePartitions(uint32_t count);
  // Until whatever was new has come to rest.
  void Settle();
  void Pass(absl::Duration time) { queue_.RunUntil(queue_.now() + time); }
  Counts counts() const;

  // Puts at QUORUM, each asked of the node that leads: so many in flight, each answer begins
  // the next. How many were done in that virtual time; it is an error if one fails.
  uint64_t Put(uint32_t in_flight, size_t value_bytes, absl::Duration length);

 private:
  struct Load {
    std::string value;
    absl::Duration end;
    uint64_t done = 0;
  };
  void Await(const std::string& what, const std::function<bool()>& done);
  bool AllReady() const;
  void MakeKeyspace(const std::string& name, uint32_t partitions);
  void BeginPut(const std::shared_ptr<Load>& load);

  sim::EventQueue queue_;
  sim::Trace trace_;
  Random random_;
  Counts counts_;
  std::unique_ptr<sim::Network> network_;
  std::map<NodeId, std::unique_ptr<sim::SimNode>> nodes_;
  std::vector<ring::PartitionInfo> partitions_;
};

}  // namespace quorate::bench
