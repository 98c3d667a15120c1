// Chooses the node for each attempt of a call.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/types/span.h"
#include "client/node_link.h"
#include "client/route_table.h"

namespace quorate::client {

// What a call is about, as far as it matters where it goes.
struct Target {
  std::string keyspace = {};              // empty: about the cluster
  std::optional<uint64_t> key_hash = {};  // nullopt: of no single partition
  Level level = Level::kDefault;
  bool write = false;
  bool once = false;  // a write with an identity: sent twice it happens once
};

struct Choice {
  std::shared_ptr<NodeLink> link;
  uint32_t untried = 0;  // other nodes worth an attempt
};

// Thread-safe.
class Router {
 public:
  // `seeds` are the addresses one connects to; not empty. `only_seeds`: and no
  // others.
  Router(std::vector<std::string> seeds, const BreakerOptions& breaker, bool only_seeds = false);

  // The serving replica first, then the key's others, then any node, since
  // each forwards. Weak reads and what concerns no single partition go to the
  // less loaded of two. Passes over nodes in `tried` and those whose breaker
  // is open, unless nothing else is left.
  Choice Choose(const Target& target, absl::Span<const std::shared_ptr<NodeLink>> tried);

  // What a reply told. True: the cluster has a newer topology than this one.
  bool Learn(const std::string& keyspace, uint32_t arc, NodeId served_by, Epoch epoch,
             bool serving);

  // To that very node; null: it is not in the topology that is known.
  std::shared_ptr<NodeLink> LinkOf(NodeId node) const;

  // Ignored unless newer than what is there.
  void Install(TopologyDescription topology);
  // Where a key's writes go, as far as the topology tells.
  struct Place {
    std::optional<uint32_t> arc;  // nullopt: the keyspace is not known here
    Level default_write = Level::kDefault;
    Mode mode = Mode::kNone;
    Conflict conflict = Conflict::kNone;
  };
  Place PlaceOf(const std::string& keyspace, uint64_t key_hash) const;
  Epoch epoch() const;
  std::string cluster_id() const;  // empty before the first Install

 private:
  using Link = std::shared_ptr<NodeLink>;
  // Immutable but for what the table learns.
  struct Map {
    explicit Map(TopologyDescription topology) : table(std::move(topology)) {}
    RouteTable table;
    std::map<NodeId, Link> links;
  };

  std::shared_ptr<Map> map() const ABSL_LOCKS_EXCLUDED(mutex_);
  Link LinkTo(const std::string& address) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // The usual case, for less: the serving replica, if it may be asked.
  std::optional<Choice> ChooseServing(const Map& map, const Target& target) const;
  // In order of preference, each once.
  std::vector<Link> Candidates(const Map& map, const Target& target) const;

  const BreakerOptions breaker_;
  const bool only_seeds_;
  mutable absl::Mutex mutex_;
  std::map<std::string, Link> by_address_ ABSL_GUARDED_BY(mutex_);
  std::shared_ptr<Map> map_ ABSL_GUARDED_BY(mutex_);
  std::vector<Link> seeds_;  // constant after construction
};

}  // namespace quorate::client
