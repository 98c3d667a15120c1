// The replicas a worker owns: made from what storage recovered or for a new
// partition, removed with their keyspace.
#include <algorithm>
#include <utility>

#include "base/boot.h"
#include "kv/layout.h"
#include "node/worker.h"
#include "replica/quorum_values.h"
#include "ring/desired.h"

namespace quorate {
namespace {

raft::Config RaftConfig(const NodeOptions& options) {
  raft::Config config;
  config.self = options.self;
  config.election_ticks = options.election_ticks;
  // The first tick may come at once.
  config.promise_us = static_cast<uint64_t>(
      absl::ToInt64Microseconds(options.tick * (int64_t{options.election_ticks} - 1)));
  config.heartbeat_ticks = options.heartbeat_ticks;
  config.quiet_after_ticks = options.quiet_after_ticks;
  config.append_bytes_max = options.append_bytes_max;
  config.in_flight_appends_max = options.in_flight_appends_max;
  config.uncommitted_bytes_max = options.uncommitted_bytes_max;
  config.bugs = options.bugs.raft;
  return config;
}

quorum::Members MembersOf(const ring::PartitionInfo& partition,
                          const ring::FrozenTopology& topology) {
  const auto member = [&](NodeId node) {
    const ring::NodeInfo* info = topology.FindNode(node);
    return quorum::Member{node, info == nullptr ? "" : info->zone};
  };
  quorum::Members members;
  members.epoch = partition.changed;
  for (NodeId node : partition.replicas) members.replicas.push_back(member(node));
  if (partition.joining) members.joining = member(partition.joining);
  members.leaving = partition.leaving;
  return members;
}

// A new partition elects within a moment; until then the node, which serves all
// others, is not to be taken out of service.
constexpr absl::Duration kFirstElectionMax = absl::Seconds(5);

}  // namespace

absl::Status Worker::Open(const ring::PartitionInfo& partition,
                          const ring::FrozenTopology& topology, RecoveredGroup* recovered,
                          bool fresh) {
  const ring::KeyspaceInfo* keyspace = topology.FindKeyspaceOf(partition.id);
  const bool leaderless = keyspace != nullptr && keyspace->mode == Mode::kQuorum;
  auto replica = leaderless ? OpenQuorum(partition, *keyspace, topology, recovered)
                            : OpenRaft(partition, recovered, fresh);
  if (!replica.ok()) return replica.status();
  Slot& slot = slots_[partition.id];
  slot.replica = *std::move(replica);
  slot.life = ++lives_;
  if (!confirmed_) {
    const absl::Duration now = shared_.edges.env.Monotonic();
    slot.replica->ClockJumped(shared_.CalendarTime(), now, false);
  }
  Configure(partition.id, slot, topology);
  Touch(partition.id, slot);
  return absl::OkStatus();
}

absl::StatusOr<std::unique_ptr<Replica>> Worker::OpenQuorum(const ring::PartitionInfo& partition,
                                                            const ring::KeyspaceInfo& keyspace,
                                                            const ring::FrozenTopology& topology,
                                                            RecoveredGroup* recovered) {
  QuorumReplicaOptions options;
  options.partition = partition.id;
  options.conflict = keyspace.conflict;
  options.context_scope = ContextScope(topology.cluster_id, keyspace.id);
  options.core.self = {shared_.options.self, shared_.options.boot};
  const quorum::Members members = MembersOf(partition, topology);
  options.core.members = members.replicas;
  options.core.members_since = members.epoch;
  options.core.joining = members.joining;
  options.core.leaving = members.leaving;
  options.core.leaver_patience = shared_.options.leaver_patience;
  options.joined = partition.JoinedAt(shared_.options.self);
  options.core.self.boot = BootOfCopy(shared_.options.boot, options.joined);
  options.core.skew_us_max =
      static_cast<uint64_t>(absl::ToInt64Microseconds(shared_.options.clock_skew_max));
  options.core.hedge_permille = shared_.options.hedge_permille;
  options.core.round_trips = &round_trips_;
  options.pace = &pace_;
  options.core.bugs = shared_.options.bugs.quorum;
  return QuorumReplica::Open(std::move(options), shared_.edges.engine, recovered,
                             LogClock(shared_.edges.env.Monotonic(), shared_.CalendarTime()));
}

absl::StatusOr<std::unique_ptr<Replica>> Worker::OpenRaft(const ring::PartitionInfo& partition,
                                                          RecoveredGroup* recovered, bool fresh) {
  RaftReplicaOptions options;
  options.partition = partition.id;
  options.raft = RaftConfig(shared_.options);
  options.raft.seed = shared_.edges.env.Random();
  const auto learners = static_cast<std::ptrdiff_t>(
      std::min<size_t>(shared_.options.learners, partition.replicas.size() - 1));
  options.voters.assign(partition.replicas.begin(), partition.replicas.end() - learners);
  options.learners.assign(partition.replicas.end() - learners, partition.replicas.end());
  options.member_since = partition.JoinedAt(shared_.options.self);
  // Who its members are it hears with the first of the log or with a snapshot.
  if (!partition.HasReplicaOn(shared_.options.self))
    options.learners.push_back(shared_.options.self);
  RecoveredGroup vote;
  if (recovered == nullptr) {
    vote.partition = partition.id;
    vote.hard_state = TakeRetired(partition.id);
    if (vote.hard_state != HardState()) recovered = &vote;
  }
  options.log_bytes_max = shared_.options.group_log_bytes_max;
  options.snapshot_chunk_bytes = shared_.options.snapshot_chunk_bytes;
  options.pace = &pace_;
  options.bugs = shared_.options.bugs.state;
  // What WatchClock lets pass, to the one side and back to the other.
  options.clock_slack = shared_.options.tick;
  options.replica_bugs = shared_.options.bugs.replica;
  options.expired = &shared_.edges.expired;
  auto replica = RaftReplica::Open(std::move(options), shared_.edges.engine, recovered,
                                   LogClock(shared_.edges.env.Monotonic(), shared_.CalendarTime()));
  if (!replica.ok()) return replica.status();
  if (fresh && !partition.moving() && partition.replicas.front() == shared_.options.self) {
    (*replica)->Campaign();
  }
  return replica;
}

void Worker::Configure(PartitionId partition, Slot& slot, const ring::FrozenTopology& topology) {
  const ring::KeyspaceInfo* keyspace = topology.FindKeyspaceOf(partition);
  const ring::PartitionInfo& info = *topology.FindPartition(partition);
  const bool leaderless = keyspace != nullptr && keyspace->mode == Mode::kQuorum;
  slot.preferred_leader = leaderless ? NodeId() : info.replicas.front();
  slot.joining = !info.HasReplicaOn(shared_.options.self);
  slot.joined = info.joined;
  slot.replica->SetEpoch(topology.epoch);
  slot.replica->SetLeaseDrift(keyspace == nullptr ? 0 : keyspace->lease_drift_ppm);
  slot.replica->AllowRuns(topology.Active(kWriteRuns));
  slot.moving_since = info.moving_since;
  Move move{info.joining, info.leaving, info.moving_since, ring::ReplicasAfterMove(info), {}, {}};
  std::sort(move.members.begin(), move.members.end());
  if (leaderless) move.leaderless = MembersOf(info, topology);
  move.leaver_heard = shared_.peers.HeardAt(info.leaving);
  slot.replica->SetMove(move, now_);
  if (!leaderless || info.changed == slot.members_since) return;
  slot.members_since = info.changed;
  for (const quorum::Member& member : move.leaderless.All()) {
    if (!shared_.peers.alive(member.node)) slot.replica->PeerGone(member.node, now_);
  }
  Touch(partition, slot);
}

void Worker::Follow(const TopologyHolder::Snapshot& topology) {
  outbox_.Follow(topology->epoch);
  DropGone(*topology);
  for (auto& [partition, slot] : slots_) Configure(partition, slot, *topology);
  for (const ring::PartitionInfo& partition : topology->PartitionsOn(shared_.options.self)) {
    if (partition.id.value() % shared_.options.workers != index_) continue;
    if (slots_.contains(partition.id)) continue;
    if (absl::Status opened = Open(partition, *topology, nullptr, /*fresh=*/true); !opened.ok()) {
      return shared_.Fail(opened);
    }
    slots_.at(partition.id).leader_due = now_ + kFirstElectionMax;
  }
}

Replica* Worker::Find(PartitionId partition) const {
  const auto it = slots_.find(partition);
  return it == slots_.end() ? nullptr : it->second.replica.get();
}

std::vector<Replica*> Worker::Replicas() const {
  std::vector<Replica*> replicas;
  for (const auto& [partition, slot] : slots_) replicas.push_back(slot.replica.get());
  return replicas;
}

void Worker::TouchReplica(PartitionId partition) {
  const auto it = slots_.find(partition);
  if (it != slots_.end()) Touch(partition, it->second);
}

}  // namespace quorate
