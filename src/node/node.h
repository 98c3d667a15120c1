// A whole node without threads, sockets or clocks of its own: the workers and
// their replicas, the topology, and the way of a request to its partition.
//
// Life: construct over recovered storage, Start, then each worker's RunTurn is
// called by its own thread (or the simulator) whenever the Scheduler was woken
// or next_turn has come; Shutdown drains.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/functional/any_invocable.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "base/ids.h"
#include "base/protocol_version.h"
#include "kv/state_machine.h"
#include "node/clock_skews.h"
#include "node/cluster_calendar.h"
#include "node/disk_room.h"
#include "node/edges.h"
#include "quorum/config.h"
#include "quorum/round_trips.h"
#include "raft/raft.h"
#include "replica/raft_replica.h"
#include "replica/replica.h"
#include "replica/request.h"
#include "ring/frozen_topology.h"

namespace quorate {

// Deliberate faults for the simulator; all off outside tests.
struct NodeBugs {
  raft::Bugs raft;
  kv::StateMachineBugs state;
  ReplicaBugs replica;
  quorum::Bugs quorum;
  bool ladder_reports_asked = false;  // the first rung, whichever was reached
  bool forget_vote_on_restart = false;
  bool keep_boot = false;    // every start has the number of the first; who runs the node obeys
  bool hint_counts = false;  // at every level, where no replica is there
  bool forget_hints_on_restart = false;
  bool forget_hint_holders = false;   // likewise, whom each was handed to
  bool ttl_from_local_clock = false;  // who runs the node gives the state that clock
  bool follow_own_calendar = false;   // whatever a majority's say
  bool forget_vote_on_move = false;   // when a replica goes from a node
};

struct NodeOptions {
  std::string cluster_id;
  NodeId self;
  Boot boot;                              // from ClaimDataDir
  uint64_t log_record = 0;                // the last of the log as it was found, from LogStore
  std::vector<ring::NodeInfo> bootstrap;  // every node of the new cluster
  ring::SharedTopology topology;          // instead: of the cluster that has added this node
  ProtocolRange protocol;                 // that this build speaks
  uint32_t workers = 1;
  absl::Duration tick = absl::Milliseconds(50);
  uint32_t heartbeat_ticks = 2;
  uint32_t election_ticks = 10;  // lower end; the upper is twice that
  uint32_t quiet_after_ticks = 40;
  // How long news for which nobody waits (what is committed) may be held back,
  // so that it goes along with something else or with other groups' news.
  absl::Duration news_delay = absl::Milliseconds(5);
  uint64_t group_log_bytes_max = 16 << 20;  // entries kept in memory for laggards
  uint64_t log_flush_bytes = 256 << 20;     // log on disk beyond which the engine flushes
  uint64_t snapshot_chunk_bytes = 256 << 10;
  uint64_t move_bytes_per_second = 0;         // of snapshots to others; 0: no bound
  uint64_t uncommitted_bytes_max = 64 << 20;  // per group
  uint64_t queued_inputs_max = 32 << 10;      // waiting at a worker; further requests are refused
  uint64_t disk_reserve_bytes = 0;            // kept back on the disk, see DiskRoom
  uint64_t hints_bytes_max = 64 << 20;        // of writes at ANY kept for replicas
  uint64_t append_bytes_max = 1 << 20;
  uint64_t in_flight_appends_max = 256;
  // Mode quorum: a time-stamp further ahead of this node's calendar is refused. A
  // calendar further than half of it from a majority's is not followed.
  absl::Duration clock_skew_max = absl::Seconds(5);
  uint32_t hedge_permille = 100;                         // of reads, that may ask one replica more
  absl::Duration rebalance_interval = absl::Seconds(2);  // of leaders toward their preferred node
  // A node not heard of for as long is taken for dead: its replicas are rebuilt
  // elsewhere, unless it comes back first.
  absl::Duration dead_after = absl::InfiniteDuration();
  uint32_t moves_at_once = 4;  // partitions, over the cluster
  // Mode quorum: a replica that is to leave, and is not heard of for as long, is not waited
  // for; what was acknowledged at ONE on its disk alone goes with it.
  absl::Duration leaver_patience = absl::Minutes(1);
  // For tests: so many of a new partition's replicas, counted from the last, begin
  // as learners.
  uint32_t learners = 0;
  NodeBugs bugs;
};

struct NodeStatusReport {
  Epoch epoch;
  uint32_t leaders = 0;
  uint32_t leaderless = 0;
  std::vector<ReplicaStatus> replicas;  // by partition
  std::vector<QuorumStatus> quorum;     // of those of mode quorum, by partition
  std::vector<ClockSkew> skews;         // of the peers that have told their clock, by node
  absl::Duration clock_set_off;         // the followed calendar, over the own one
  std::vector<NodeId> unreachable;      // peers not heard of for an election timeout
  std::vector<NodeId> disowned;         // peers refused by what they said last, see Peers
  uint64_t hints = 0;                   // writes at ANY that wait for a replica
  uint64_t hint_bytes = 0;
  uint64_t hints_refused = 0;  // by their replicas, and given up
  uint64_t hints_put_off = 0;  // likewise, to be tried again
  // Refused: routed by an older topology to a partition that is gone.
  uint64_t requests_outdated = 0;
  uint64_t snapshot_bytes_sent = 0;  // to other nodes, of all partitions
};

// Why a node ends that was decommissioned and is empty: all is well.
inline constexpr std::string_view kNodeDecommissioned = "NODE_DECOMMISSIONED";

// What a node keeps of the topology in its folder.
inline constexpr std::string_view kTopologyFile = "topology";

class Node {
 public:
  // `recovered` is LogStore::TakeRecovered's. The log device is attached
  // afterwards because its events call OnDurable / OnLogFailed.
  static absl::StatusOr<std::unique_ptr<Node>> Open(NodeOptions options, Edges edges,
                                                    std::vector<RecoveredGroup> recovered);
  ~Node();

  // Once, before any turn. `fatal` is called at most once, from any thread,
  // when the node cannot go on (log or engine failed): the process must end.
  void Start(LogDevice& log, std::function<void(absl::Status)> fatal);

  // --- driven by the Scheduler's owner ---
  uint32_t workers() const;
  // Runs one turn of worker `index`, on its thread. Returns the moment
  // (Env::Monotonic) by which the next turn is due even without a Wake.
  absl::Duration RunTurn(uint32_t index);

  // --- events from the edges; any thread ---
  void OnDurable(SyncProof proof);
  void OnLogFailed(absl::Status status);
  // That peer has heard of a later life of this node, of a rival to this one, or of
  // more in its log: it is on an older copy of its disk, or one that lost something.
  // `why`: the refusal of its frame. It must end.
  void OnDisowned(NodeId peer, const absl::Status& why);
  // A serialised quorate.v1.PeerFrame. Garbage, another cluster's, another
  // node's and an older boot's or disk's are refused and counted: INVALID_ARGUMENT.
  absl::Status ReceiveFrame(std::string_view frame);
  // The connection to or from a peer broke: a hint, looked into at once.
  void OnPeerDisconnected(NodeId peer);

  // --- requests; any thread; each callback exactly once, on a worker thread ---
  ring::SharedTopology topology() const;
  // The partition's replica here, or a peer that can serve it, answers.
  void Execute(Request request, ReplyFn reply);
  // Changes of the topology, agreed by the meta group.
  using TopologyFn = absl::AnyInvocable<void(absl::StatusOr<ring::SharedTopology>) &&>;
  // A topology that was agreed: made durable, followed and spread if it is
  // newer than what is known.
  void Adopt(ring::SharedTopology topology);
  // `done` once every node that can be heard of knows `epoch`; at `until` or
  // after a second at the latest.
  void AwaitKnown(Epoch epoch, absl::Duration until, absl::AnyInvocable<void() &&> done);
  // Answered when every node that can be heard of knows it (AwaitKnown).
  void CreateKeyspace(ring::KeyspaceSpec spec, absl::Duration deadline, TopologyFn done);
  void AlterKeyspace(ring::KeyspaceChange change, absl::Duration deadline, TopologyFn done);
  void DropKeyspace(std::string name, absl::Duration deadline, TopologyFn done);
  // A node to be; its id is the last one of the topology that is answered, and it is
  // started with that (NodeOptions::topology). Replicas then move there by themselves.
  // FAILED_PRECONDITION as CheckProtocol of what its build speaks.
  void AddNode(ring::NodeInfo node, ProtocolRange speaks, absl::Duration deadline, TopologyFn done);
  // Its replicas go elsewhere by themselves; it leaves when it has none.
  void DecommissionNode(NodeId node, absl::Duration deadline, TopologyFn done);
  // What the nodes tell and write may need the newest build that all of them are of, from
  // when all know it (node/upgrade.h); older ones are refused from now on.
  void RaiseProtocol(absl::Duration deadline, TopologyFn done);
  void TransferLeader(PartitionId partition, NodeId to,
                      absl::AnyInvocable<void(absl::Status) &&> done);
  void Report(absl::AnyInvocable<void(NodeStatusReport) &&> done);
  // How long answers between the replicas of mode quorum here have taken.
  void RoundTrips(absl::AnyInvocable<void(quorum::RoundTrips) &&> done);
  // Calls `look` with this node's replica of each of these partitions that has one
  // here, on its worker's thread and never twice at once; then `done`.
  void Look(std::vector<PartitionId> partitions, std::function<void(const Replica&)> look,
            absl::AnyInvocable<void() &&> done);

  // True when every partition here knows a leader, or is so new that it has had
  // no time for its first election: fit to serve.
  bool ready() const;

  // Any thread.
  const DiskRoom& disk() const;
  const ClusterCalendar& calendar() const;

  // Hands leaderships over and answers what waits; `done` when nothing is
  // left or the deadline has come. Requests that arrive later are refused.
  void Drain(absl::Duration deadline, absl::AnyInvocable<void() &&> done);
  // So many were, since. Thread-safe.
  uint64_t turned_away() const;

  // Simulator and tests only: a look at a replica's state machine, on the
  // worker's thread (between turns). Null: not here.
  const Replica* FindReplica(PartitionId partition) const;

 private:
  class Impl;
  explicit Node(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace quorate
