// The clients of the library that all logical clients share: one for each node,
// which asks no other, and one that routes.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "client/client.h"
#include "plan.h"

namespace quorate::load {

// Thread-safe. A node that is not there is tried again until it is.
class Connections {
 public:
  // UNAVAILABLE: no endpoint could be connected to; INVALID_ARGUMENT, BAD_PLAN: the
  // cluster knows no node of that name.
  static absl::StatusOr<std::unique_ptr<Connections>> Connect(const Plan& plan);
  ~Connections();
  Connections(const Connections&) = delete;
  Connections& operator=(const Connections&) = delete;

  Client& routing() { return routing_; }
  // By position in the plan. UNAVAILABLE, NODE_UNREACHABLE: it has not been there yet.
  absl::StatusOr<Client> node(size_t position) const ABSL_LOCKS_EXCLUDED(mutex_);
  const std::string& name(size_t position) const { return nodes_[position].name; }
  NodeId id(size_t position) const { return nodes_[position].id; }
  size_t size() const { return nodes_.size(); }
  // As of the beginning.
  const TopologyDescription& topology() const { return topology_; }

 private:
  struct Node {
    std::string name;
    std::string address;
    NodeId id;
  };
  Connections(Client routing, TopologyDescription topology)
      : routing_(std::move(routing)), topology_(std::move(topology)) {}

  // False: some are still missing.
  bool ConnectMissing() ABSL_LOCKS_EXCLUDED(mutex_);
  void ConnectTheRest() ABSL_LOCKS_EXCLUDED(mutex_);

  Client routing_;
  const TopologyDescription topology_;
  std::vector<Node> nodes_;
  mutable absl::Mutex mutex_;
  std::vector<std::optional<Client>> clients_ ABSL_GUARDED_BY(mutex_);  // by position
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  std::thread connecting_;  // only where some are missing
};

}  // namespace quorate::load
