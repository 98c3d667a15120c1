// What all workers of a node share. Constant after construction, except where
// a member is thread-safe by itself.
#pragma once

#include <atomic>
#include <functional>
#include <memory>

#include "absl/base/thread_annotations.h"
#include "absl/functional/any_invocable.h"
#include "absl/synchronization/mutex.h"
#include "node/clock_skews.h"
#include "node/cluster_calendar.h"
#include "node/disk_room.h"
#include "node/edges.h"
#include "node/former_copies.h"
#include "node/node.h"
#include "node/peers.h"
#include "replica/old_disk_image.h"
#include "ring/frozen_topology.h"
#include "storage/log_device.h"

namespace quorate {

// The newest topology this node has made durable. Thread-safe.
class TopologyHolder {
 public:
  using Snapshot = ring::SharedTopology;
  explicit TopologyHolder(ring::Topology topology) : current_(ring::Freeze(std::move(topology))) {}

  Snapshot Get() const {
    absl::MutexLock lock(&mutex_);
    return current_;
  }
  void Set(Snapshot next) {
    absl::MutexLock lock(&mutex_);
    current_ = std::move(next);
  }

 private:
  mutable absl::Mutex mutex_;
  Snapshot current_ ABSL_GUARDED_BY(mutex_);
};

class HintKeeper;

struct NodeShared {
  NodeShared(NodeOptions node_options, Edges node_edges, ring::Topology topology)
      : options(std::move(node_options)),
        edges(node_edges),
        topology(std::move(topology)),
        peers(options.self, options.tick * options.election_ticks,
              Peers::Bugs{options.bugs.quorum.accept_older_boot, options.bugs.raft.trust_log_tail}),
        calendar(options.bugs.follow_own_calendar ? absl::InfiniteDuration()
                                                  : options.clock_skew_max / 2),
        disk(options.disk_reserve_bytes, [this] { return edges.engine.WaitsForRoom(); }) {}

  const NodeOptions options;
  const Edges edges;
  TopologyHolder topology;
  Peers peers;
  ClockSkews skews;
  ClusterCalendar calendar;
  DiskRoom disk;
  LogDevice* log = nullptr;                 // set by Start
  std::function<void(absl::Status)> fatal;  // set by Start
  // Set before any turn. As Node::Execute; and what is to be done on the thread
  // that the hints belong to.
  std::function<void(Request, ReplyFn)> execute;
  std::function<void(absl::AnyInvocable<void(HintKeeper&) &&>)> to_hints;
  // A move that began in that epoch is over (Mover); and, where the meta group is led,
  // that time has passed for what is to be changed next (Mover, Upgrade).
  std::function<void(PartitionId, Epoch)> move_done;
  std::function<void(absl::Duration)> plan_changes;
  std::atomic<uint64_t> hints = 0;
  std::atomic<uint64_t> hint_bytes = 0;
  std::atomic<uint64_t> requests_outdated = 0;  // of partitions that are gone
  std::atomic<uint64_t> turned_away = 0;        // as the node is going down
  std::atomic<uint64_t> hints_refused = 0;      // by replicas, for good
  std::atomic<uint64_t> hints_put_off = 0;      // likewise, for now
  // Replicas that have moved away, but are in the log on disk still: until they are not,
  // none may come back.
  std::atomic<int> forgetting = 0;
  FormerCopies former_copies;
  std::atomic<bool> failed = false;
  std::atomic<bool> draining = false;

  // Now, for time-stamps.
  absl::Time CalendarTime() const {
    return calendar.At(edges.env.WallTime(), edges.env.Monotonic());
  }

  // Ends the node's work, once.
  void Fail(absl::Status status) {
    if (failed.exchange(true)) return;
    if (ReasonOf(status) == kOldDiskImage) NoteOldDiskImage(edges.files, status);
    fatal(std::move(status));
  }
};

}  // namespace quorate
