#include "node/worker.h"

#include <algorithm>
#include <utility>

#include "base/error.h"
#include "base/limits.h"
#include "kv/layout.h"

namespace quorate {
namespace {

// How often the log's release and the leaders' places are looked at.
constexpr absl::Duration kUpkeepInterval = absl::Seconds(1);

void Answer(ReplyFn& reply, absl::StatusCode code, std::string_view reason,
            const std::string& message) {
  Reply answer;
  answer.status = MakeError(code, reason, message);
  std::move(reply)(std::move(answer));
}

raft::Config RaftConfig(const NodeOptions& options) {
  raft::Config config;
  config.self = options.self;
  config.election_ticks = options.election_ticks;
  config.heartbeat_ticks = options.heartbeat_ticks;
  config.quiet_after_ticks = options.quiet_after_ticks;
  config.append_bytes_max = options.append_bytes_max;
  config.in_flight_appends_max = options.in_flight_appends_max;
  config.uncommitted_bytes_max = options.uncommitted_bytes_max;
  config.bugs = options.bugs.raft;
  return config;
}

}  // namespace

Worker::Worker(uint32_t index, NodeShared& shared)
    : index_(index),
      shared_(shared),
      outbox_(shared),
      forwards_(shared.options.boot, index, shared.options.workers) {}

Worker::~Worker() = default;

void Worker::Post(Input input) {
  bool wake = false;
  {
    absl::MutexLock lock(&mutex_);
    inbox_.push_back(std::move(input));
    wake = !std::exchange(woken_, true);
  }
  if (wake) shared_.edges.scheduler.Wake(index_);
}

void Worker::PostRequest(Request request, ReplyFn reply) {
  Post(RequestInput{std::move(request), std::move(reply)});
}
void Worker::PostFrame(FrameInput frame) { Post(std::move(frame)); }
void Worker::PostTask(Task task) { Post(std::move(task)); }

void Worker::PostProof(SyncProof proof) {
  bool wake = false;
  {
    absl::MutexLock lock(&mutex_);
    proof_ = proof;
    wake = !std::exchange(woken_, true);
  }
  if (wake) shared_.edges.scheduler.Wake(index_);
}

absl::Duration Worker::RunTurn() {
  now_ = shared_.edges.env.Monotonic();
  std::vector<Input> inputs;
  std::optional<SyncProof> proof;
  {
    absl::MutexLock lock(&mutex_);
    inputs.swap(inbox_);
    proof = std::exchange(proof_, std::nullopt);
    woken_ = false;
  }
  if (shared_.failed) return absl::InfiniteDuration();
  if (proof) OpenDurable(*proof);
  for (Input& input : inputs) Handle(input);
  if (now_ >= next_tick_) Tick();
  CollectAll();
  outbox_.Flush(now_);
  return next_tick_;
}

void Worker::Handle(Input& input) {
  if (auto* request = std::get_if<RequestInput>(&input)) {
    HandleRequest(std::move(request->request), std::move(request->reply));
  } else if (auto* frame = std::get_if<FrameInput>(&input)) {
    HandleFrame(*frame);
  } else {
    std::move(std::get<Task>(input))(*this);
  }
}

void Worker::OpenDurable(const SyncProof& proof) {
  proven_ = proof;
  while (!tokens_.empty() && tokens_.front().CoveredBy(proof)) {
    const PersistToken token = *std::move(tokens_.front()).Open(proof);
    tokens_.pop_front();
    const auto it = slots_.find(token.partition);
    if (it == slots_.end()) continue;
    it->second.replica->Persisted(token.token);
    Touch(token.partition, it->second);
  }
  outbox_.Open(proof);
}

void Worker::HandleRequest(Request request, ReplyFn reply) {
  if (shut_down_) {
    return Answer(reply, absl::StatusCode::kUnavailable, "SHUTTING_DOWN",
                  shared_.options.self.ToString() + " is shutting down; ask another node");
  }
  if (request.deadline <= now_) {
    return Answer(reply, absl::StatusCode::kDeadlineExceeded, "DEADLINE_EXPIRED_IN_QUEUE",
                  "the deadline passed before the request was begun");
  }
  const auto it = slots_.find(request.partition);
  const Replica* replica = it == slots_.end() ? nullptr : it->second.replica.get();
  if (replica != nullptr && replica->Serves(request.level, request.is_write())) {
    it->second.replica->Execute(std::move(request), std::move(reply), now_);
    return Touch(it->first, it->second);
  }
  const NodeId target = ChooseTarget(request.partition, replica);
  if (target && request.hops < limits::kForwardHopsMax) {
    return Forward(std::move(request), std::move(reply), target);
  }
  if (replica == nullptr && shared_.topology.Get()->FindPartition(request.partition) == nullptr) {
    return Answer(reply, absl::StatusCode::kUnavailable, "PARTITION_UNKNOWN",
                  request.partition.ToString() + " is not in the topology of " +
                      shared_.topology.Get()->epoch.ToString() +
                      ": its keyspace was dropped, or this node has yet to learn of it");
  }
  Answer(reply, absl::StatusCode::kUnavailable, "NO_LEADER",
         request.partition.ToString() + " has no leader that " + shared_.options.self.ToString() +
             " can reach; an election may be under way");
}

NodeId Worker::ChooseTarget(PartitionId partition, const Replica* replica) const {
  if (replica != nullptr) {
    const NodeId leader = replica->LeaderHint();
    return leader != shared_.options.self && shared_.peers.alive(leader) ? leader : NodeId();
  }
  const auto topology = shared_.topology.Get();
  const ring::PartitionInfo* info = topology->FindPartition(partition);
  if (info == nullptr) return NodeId();
  for (NodeId node : info->replicas) {
    if (node != shared_.options.self && shared_.peers.alive(node)) return node;
  }
  return NodeId();
}

void Worker::Forward(Request request, ReplyFn reply, NodeId to) {
  const absl::Duration left = request.deadline - now_;
  std::string bytes = EncodeRequest(request);
  const uint64_t id = forwards_.Add(to, request.is_write(), request.deadline, std::move(reply));
  outbox_.AddRequest(to, id, request.partition, std::move(bytes), left, request.hops + 1);
}

void Worker::HandleFrame(FrameInput& frame) {
  for (auto& [partition, payload] : frame.groups) {
    const auto it = slots_.find(partition);
    if (it == slots_.end()) continue;
    it->second.replica->Receive(frame.from, payload, now_);
    Touch(partition, it->second);
  }
  for (FrameInput::Forwarded& forwarded : frame.requests) {
    const NodeId from = frame.from;
    const uint64_t id = forwarded.id;
    if (!replays_[from].Admit(id)) continue;
    ReplyFn reply = [this, from, id](Reply answer) {
      outbox_.AddReply(from, id, EncodeReply(answer));
    };
    auto request = DecodeRequest(forwarded.request);
    if (!request.ok()) {
      Reply answer;
      answer.status = request.status();
      std::move(reply)(std::move(answer));
      continue;
    }
    request->deadline = now_ + forwarded.left;
    request->hops = forwarded.hops;
    HandleRequest(*std::move(request), std::move(reply));
  }
  for (FrameInput::Answered& answered : frame.replies) {
    auto reply = DecodeReply(answered.reply);
    if (reply.ok()) forwards_.Complete(answered.id, frame.from, *std::move(reply));
  }
}

void Worker::Tick() {
  next_tick_ = now_ + shared_.options.tick;
  const bool upkeep = now_ >= next_upkeep_;
  if (upkeep) next_upkeep_ = now_ + kUpkeepInterval;
  bool leaders = true;
  for (auto& [partition, slot] : slots_) {
    slot.replica->Tick(now_);
    Touch(partition, slot);
    leaders = leaders && slot.replica->LeaderHint();
    if (upkeep) {
      ReleaseLog(slot);
      Rebalance(slot);
    }
  }
  leader_everywhere_ = leaders;
  forwards_.Expire(now_);
  if (drained_) DrainStep();
  if (ticked_) ticked_(now_);
}

void Worker::ReleaseLog(Slot& slot) {
  if (slot.replica->status().applied_index == slot.released.value()) return;
  auto index = slot.replica->ReleasableIndex();
  if (!index.ok()) return shared_.Fail(index.status());
  if (*index <= slot.released) return;
  slot.released = *index;
  shared_.log->Release(slot.replica->partition(), *index);
}

void Worker::Rebalance(Slot& slot) {
  if (!slot.replica->leading() || shared_.draining) return;
  const NodeId preferred = slot.preferred_leader;
  if (preferred == shared_.options.self || !shared_.peers.alive(preferred) ||
      shared_.peers.draining(preferred)) {
    return;
  }
  // Refused while the other is behind; the next upkeep asks again.
  (void)slot.replica->TransferLeadership(preferred);
}

void Worker::Touch(PartitionId partition, Slot& slot) {
  if (!std::exchange(slot.touched, true)) touched_.push_back(partition);
}

void Worker::CollectAll() {
  struct Owed {
    Slot* slot;
    std::vector<PeerMessage> after_sync;
    uint64_t token = 0;
    bool wrote = false;
  };
  std::vector<Owed> owed;
  LogBatch batch;
  batch.groups = std::exchange(writes_, {});
  for (PartitionId partition : std::exchange(touched_, {})) {
    const auto it = slots_.find(partition);
    if (it == slots_.end()) continue;
    Slot& slot = it->second;
    slot.touched = false;
    Turn turn;
    while (true) {
      const auto more = slot.replica->Collect(turn, now_);
      if (!more.ok()) return shared_.Fail(more.status());
      if (!*more) break;
    }
    for (PeerMessage& message : turn.sends) outbox_.Add(std::move(message));
    if (!turn.writes.empty() || !turn.sends_after_sync.empty()) {
      owed.push_back(
          Owed{&slot, std::move(turn.sends_after_sync), turn.persist_token, !turn.writes.empty()});
    }
    std::move(turn.writes.begin(), turn.writes.end(), std::back_inserter(batch.groups));
    AfterCollect(partition, slot);
  }
  const LogTicket ticket = batch.empty() ? LogTicket{} : shared_.log->Submit(std::move(batch));
  for (Owed& debt : owed) {
    if (debt.wrote) debt.slot->last_write = ticket;
    if (debt.token != 0) {
      tokens_.emplace_back(ticket, PersistToken{debt.slot->replica->partition(), debt.token});
    }
    outbox_.AddAfterSync(debt.slot->last_write, std::move(debt.after_sync));
  }
  // What waits for nothing that is still under way may go at once.
  if (proven_) {
    outbox_.Open(*proven_);
  }
}

void Worker::AfterCollect(PartitionId partition, Slot& slot) {
  if (partition != kMetaPartition || !meta_changed_) return;
  const uint64_t applied = slot.replica->status().applied_index;
  if (applied == slot.applied_seen) return;
  slot.applied_seen = applied;
  Request request{partition,   Epoch(),
                  Level::kOne, absl::InfiniteDuration(),
                  0,           Lookup{{std::string(kTopologyKey)}}};
  slot.replica->Execute(
      std::move(request),
      [this](Reply reply) {
        if (reply.status.ok() && reply.found.front()) {
          meta_changed_(std::move(reply.found.front()->value));
        }
      },
      now_);
}

absl::Status Worker::Open(const ring::PartitionInfo& partition, RecoveredGroup* recovered,
                          bool fresh) {
  RaftReplicaOptions options;
  options.partition = partition.id;
  options.raft = RaftConfig(shared_.options);
  options.raft.seed = shared_.edges.env.Random();
  options.voters = partition.replicas;
  options.log_bytes_max = shared_.options.group_log_bytes_max;
  options.snapshot_chunk_bytes = shared_.options.snapshot_chunk_bytes;
  options.bugs = shared_.options.bugs.state;
  auto replica = RaftReplica::Open(std::move(options), shared_.edges.engine, recovered);
  if (!replica.ok()) return replica.status();
  const NodeId preferred = partition.replicas.front();
  if (fresh && preferred == shared_.options.self) (*replica)->Campaign();
  Slot& slot = slots_[partition.id];
  slot.preferred_leader = preferred;
  slot.replica = *std::move(replica);
  slot.replica->SetEpoch(shared_.topology.Get()->epoch);
  Touch(partition.id, slot);
  return absl::OkStatus();
}

void Worker::Remove(PartitionId partition) {
  const auto it = slots_.find(partition);
  if (it == slots_.end()) return;
  it->second.replica->Shutdown();
  slots_.erase(it);
  EngineBatch batch;
  batch.DeleteKeys(kv::PartitionBegin(partition), kv::PartitionEnd(partition));
  if (absl::Status dropped = shared_.edges.engine.Write(batch); !dropped.ok()) {
    return shared_.Fail(dropped);
  }
  GroupWrite write;
  write.partition = partition;
  write.remove = true;
  writes_.push_back(std::move(write));
}

void Worker::Follow(const TopologyHolder::Snapshot& topology) {
  std::vector<PartitionId> gone;
  for (auto& [partition, slot] : slots_) {
    if (topology->FindPartition(partition) == nullptr) gone.push_back(partition);
    slot.replica->SetEpoch(topology->epoch);
  }
  for (PartitionId partition : gone) Remove(partition);
  for (const ring::PartitionInfo& partition : topology->PartitionsOn(shared_.options.self)) {
    if (partition.id.value() % shared_.options.workers != index_) continue;
    if (slots_.contains(partition.id)) continue;
    if (absl::Status opened = Open(partition, nullptr, /*fresh=*/true); !opened.ok()) {
      return shared_.Fail(opened);
    }
  }
}

void Worker::PeerGone(NodeId peer) {
  for (auto& [partition, slot] : slots_) {
    slot.replica->PeerGone(peer);
    Touch(partition, slot);
  }
  forwards_.Lose(peer);
}

void Worker::Ping(absl::Duration since) {
  const auto topology = shared_.topology.Get();
  for (const ring::NodeInfo& node : topology->nodes) {
    if (node.id != shared_.options.self && !outbox_.SentSince(node.id, since)) {
      outbox_.AddPing(node.id);
    }
  }
}

void Worker::Drain(absl::Duration deadline, absl::AnyInvocable<void() &&> done) {
  drain_deadline_ = deadline;
  drained_ = std::move(done);
  DrainStep();
}

void Worker::DrainStep() {
  bool leading = false;
  for (auto& [partition, slot] : slots_) {
    if (!slot.replica->leading()) continue;
    // Alone, there is nobody to hand over to.
    leading = slot.replica->TransferLeadership(NodeId()).ok() || leading;
    Touch(partition, slot);
  }
  if (leading && now_ < drain_deadline_) return;
  shut_down_ = true;
  for (auto& [partition, slot] : slots_) slot.replica->Shutdown();
  forwards_.FailAll();
  std::exchange(drained_, nullptr)();
}

void Worker::TouchReplica(PartitionId partition) {
  const auto it = slots_.find(partition);
  if (it != slots_.end()) Touch(partition, it->second);
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

}  // namespace quorate
