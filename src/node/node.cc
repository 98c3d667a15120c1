#include "node/node.h"

#include <algorithm>
#include <utility>

#include "base/crash_point.h"
#include "base/error.h"
#include "node/drain.h"
#include "node/frame_codec.h"
#include "node/hint_keeper.h"
#include "node/kept_topology.h"
#include "node/mover.h"
#include "node/shared.h"
#include "node/spread.h"
#include "node/survey.h"
#include "node/sweep.h"
#include "node/upgrade.h"
#include "node/worker.h"
#include "replica/old_disk_image.h"
#include "ring/moves.h"

namespace quorate {
namespace {

// Nodes that have not learned of a new topology by then ask when they need to.
constexpr absl::Duration kSpreadMax = absl::Seconds(1);
// Who is to take over what another node alone has may first have to hear of what the others
// have, and those at rest ask each other every ten seconds.
constexpr absl::Duration kLegacyMin = absl::Seconds(20);

std::vector<NodeId> Members(const ring::Topology& topology) {
  std::vector<NodeId> members;
  for (const ring::NodeInfo& node : topology.nodes) members.push_back(node.id);
  return members;
}

}  // namespace

class Node::Impl {
 public:
  Impl(NodeOptions options, Edges edges, ring::Topology topology)
      : shared_(std::move(options), edges, std::move(topology)) {
    for (uint32_t i = 0; i < shared_.options.workers; ++i) {
      workers_.push_back(std::make_unique<Worker>(i, shared_));
    }
    shared_.execute = [this](Request request, ReplyFn reply) {
      Worker& worker = WorkerOf(request.partition);
      worker.PostRequest(std::move(request), std::move(reply));
    };
    shared_.to_hints = [this](absl::AnyInvocable<void(HintKeeper&) &&> task) {
      workers_[0]->PostTask(
          [task = std::move(task)](Worker& first) mutable { first.WithHints(std::move(task)); });
    };
    hints_ = std::make_unique<HintKeeper>(shared_);
    workers_[0]->UseHints(*hints_);
    shared_.peers.SetMembers(Members(*shared_.topology.Get()), edges.env.Monotonic());
    WorkerOf(kMetaPartition).WatchMeta([this](std::string bytes) { MetaChanged(bytes); });
    workers_[0]->WatchTick([this](absl::Duration now) { Tick(now); });
  }

  absl::Status OpenReplicas(std::vector<RecoveredGroup> recovered) {
    const auto topology = shared_.topology.Get();
    auto former = SweepDropped(*topology, shared_.options.self, shared_.edges.engine);
    if (!former.ok()) return former.status();
    for (const ring::PartitionInfo& partition : topology->PartitionsOn(shared_.options.self)) {
      const auto known = std::find_if(
          recovered.begin(), recovered.end(),
          [&](const RecoveredGroup& group) { return group.partition == partition.id; });
      RecoveredGroup* group = known == recovered.end() ? nullptr : &*known;
      if (group != nullptr && shared_.options.bugs.forget_vote_on_restart) {
        group->hard_state.vote = NodeId();
      }
      absl::Status opened =
          WorkerOf(partition.id).Open(partition, *topology, group, group == nullptr);
      if (!opened.ok()) return opened;
    }
    for (RecoveredGroup& group : recovered) {
      if (group.partition == kHintsPartition) {
        if (absl::Status read = hints_->Restore(group); !read.ok()) return read;
        continue;
      }
      const ring::PartitionInfo* partition = topology->FindPartition(group.partition);
      const bool here = partition != nullptr && partition->BelongsOn(shared_.options.self);
      // Of a state that is gone though the log begins behind it, all was handed over.
      const bool in_log = !group.entries.empty() && group.base.index == LogIndex();
      const bool state = former->erase(group.partition) > 0 || in_log;
      if (!here && state && IsLeaderless(*topology, group.partition)) {
        absl::Status opened = WorkerOf(group.partition).OpenFormer(*partition, *topology, &group);
        if (!opened.ok()) return opened;
      } else if (!here && !departed()) {
        if (partition == nullptr) leftovers_.push_back(group.partition);
        if (partition != nullptr) WorkerOf(group.partition).Retire(group);
      }
    }
    for (PartitionId partition : *former) {
      absl::Status opened =
          WorkerOf(partition).OpenFormer(*topology->FindPartition(partition), *topology, nullptr);
      if (!opened.ok()) return opened;
    }
    for (auto& worker : workers_) worker->Follow(topology);
    return HasLeft() ? Decommissioned(shared_.options.self) : absl::OkStatus();
  }

  bool departed() const {
    return shared_.topology.Get()->FindNode(shared_.options.self) == nullptr;
  }
  // It was let go, and has nothing that others may lack.
  bool HasLeft() const {
    return departed() && following_ == 0 && shared_.former_copies.empty() && shared_.hints == 0;
  }
  // Who was let go unheard, and comes back, first hands over what it alone has.
  void EndIfLeft(absl::Duration now) {
    if (HasLeft()) return shared_.Fail(Decommissioned(shared_.options.self));
    if (!departed()) return;
    if (departed_since_ == absl::InfiniteDuration()) departed_since_ = now;
    if (now - departed_since_ < std::max(kLegacyMin, shared_.options.leaver_patience)) return;
    shared_.Fail(LetGoUnheard(shared_.options.self));
  }

  void Start(LogDevice& log, std::function<void(absl::Status)> fatal) {
    shared_.log = &log;
    shared_.fatal = std::move(fatal);
    LogBatch batch;
    for (PartitionId partition : leftovers_) {
      GroupWrite write;
      write.partition = partition;
      write.remove = true;
      batch.groups.push_back(std::move(write));
    }
    if (!batch.empty()) log.Submit(std::move(batch));
    for (uint32_t i = 0; i < workers_.size(); ++i) shared_.edges.scheduler.Wake(i);
  }

  Worker& WorkerOf(PartitionId partition) { return *workers_[partition.value() % workers_.size()]; }

  absl::Status ReceiveFrame(std::string_view bytes) {
    CrashPoint<"peer-after-receive">();
    const auto topology = shared_.topology.Get();
    auto frame = DecodeFrame(
        bytes, {topology->cluster_id, shared_.options.self, static_cast<uint32_t>(workers_.size()),
                shared_.options.protocol, topology->protocol});
    if (!frame.ok()) {
      if (ReasonOf(frame.status()) == "PROTOCOL_TOO_NEW") shared_.Fail(Outdated(frame.status()));
      return frame.status();
    }
    const Peers::Heard heard =
        shared_.peers.Hear(frame->from,
                           {frame->boot, frame->epoch, frame->draining, frame->disk_full,
                            frame->log_began, frame->log_record, frame->protocol},
                           shared_.edges.env.Monotonic());
    if (heard.log_lost) return LogShorter(frame->from, *frame->log_began, *heard.log_lost);
    if (!heard.accepted) {
      return MakeError(absl::StatusCode::kInvalidArgument, "OLDER_BOOT",
                       "a frame of an earlier life of " + frame->from.ToString());
    }
    if (frame->calendar_us != 0) {
      const Env& env = shared_.edges.env;
      shared_.skews.Note(frame->from, frame->calendar_us,
                         static_cast<uint64_t>(absl::ToUnixMicros(env.WallTime())));
      shared_.calendar.Note({frame->from, frame->boot}, frame->calendar_us, frame->monotonic_us,
                            env.WallTime(), env.Monotonic());
    }
    if (heard.restarted) PostPeerGone(frame->from);
    if (heard.back) PostPeerBack(frame->from);
    if (frame->epoch < topology->epoch && topology->FindNode(frame->from) == nullptr) {
      workers_[0]->PostTask([from = frame->from](Worker& w) { w.PingNode(from); });
    }
    if (heard.learned) workers_[0]->PostTask([this](Worker&) { CheckSpread(); });
    if (frame->topology && frame->topology->epoch > topology->epoch) {
      Adopt(ring::Freeze(*std::move(frame->topology)));
    }
    for (size_t i = 0; i < workers_.size(); ++i) {
      if (!frame->inputs[i].empty()) workers_[i]->PostFrame(std::move(frame->inputs[i]));
    }
    return absl::OkStatus();
  }

  void PostPeerGone(NodeId peer) {
    for (auto& worker : workers_) {
      worker->PostTask([peer](Worker& w) { w.PeerGone(peer); });
    }
  }

  void PostPeerBack(NodeId peer) {
    for (auto& worker : workers_) {
      worker->PostTask([peer](Worker& w) { w.PeerBack(peer); });
    }
  }

  void Disconnected(NodeId peer) {
    if (shared_.peers.Lose(peer)) PostPeerGone(peer);
  }

  void Adopt(ring::SharedTopology topology) {
    workers_[0]->PostTask([this, topology = std::move(topology)](Worker& first) {
      if (topology->epoch <= shared_.topology.Get()->epoch) return;
      absl::Status fit = CheckBuild(shared_.options, topology->protocol);
      if (!fit.ok()) return shared_.Fail(std::move(fit));
      if ((shared_.forgetting > 0 || following_ > 0) &&
          ring::BringsReplica(*shared_.topology.Get(), *topology, shared_.options.self)) {
        unkept_ = std::move(topology);
        return;
      }
      if (shared_.former_copies.ComeBackIn(*topology, shared_.options.self)) {
        unkept_ = std::move(topology);
        return;
      }
      CrashPoint<"meta-before-keep">();
      absl::Status kept =
          shared_.edges.files.ReplaceDurably(kTopologyFile, ring::EncodeTopology(*topology));
      if (absl::IsResourceExhausted(kept)) {
        unkept_ = std::move(topology);
        return;
      }
      if (!kept.ok()) return shared_.Fail(kept);
      CrashPoint<"meta-after-keep">();
      shared_.topology.Set(topology);
      shared_.peers.SetMembers(Members(*topology), shared_.edges.env.Monotonic());
      first.Follow(topology);
      first.Ping(absl::InfiniteDuration());
      for (size_t i = 1; i < workers_.size(); ++i) {
        ++following_;
        workers_[i]->PostTask([this, topology](Worker& other) {
          other.Follow(topology);
          --following_;
        });
      }
      EndIfLeft(shared_.edges.env.Monotonic());
    });
  }

  void AwaitKnown(Epoch epoch, absl::Duration until, Spread::Done done) {
    workers_[0]->PostTask([this, epoch, until, done = std::move(done)](Worker&) mutable {
      const absl::Duration enough = shared_.edges.env.Monotonic() + kSpreadMax;
      spread_.Add(epoch, std::min(until, enough), std::move(done));
      CheckSpread();
    });
  }

  void CheckSpread() {
    const Epoch known = std::min(shared_.peers.KnownByAll(), shared_.topology.Get()->epoch);
    spread_.Check(known, shared_.edges.env.Monotonic());
  }

  void MetaChanged(std::string_view bytes) {
    auto topology = ring::DecodeTopology(bytes);
    if (!topology.ok()) return shared_.Fail(topology.status());
    if (topology->epoch > shared_.topology.Get()->epoch) {
      Adopt(ring::Freeze(*std::move(topology)));
    }
  }

  // On worker 0's thread, once a tick.
  void Tick(absl::Duration now) {
    for (NodeId peer : shared_.peers.TakeSilent(now)) PostPeerGone(peer);
    CheckSpread();
    mover_->LeaveIfEmpty(now);
    EndIfLeft(now);
    if (unkept_ != nullptr) Adopt(std::exchange(unkept_, nullptr));
    // What cannot be told is no reason to refuse.
    shared_.disk.Note(shared_.edges.files.FreeBytes().value_or(UINT64_MAX));
    workers_[0]->Ping(now - shared_.options.tick * shared_.options.heartbeat_ticks);
    if (shared_.log->stats().bytes_on_disk > shared_.options.log_flush_bytes &&
        !flushing_.exchange(true)) {
      shared_.edges.scheduler.Background([this] {
        CrashPoint<"engine-before-flush">();
        const absl::Status flushed = shared_.edges.engine.Flush();
        // A full disk: the log keeps all until there is room.
        if (!flushed.ok() && !absl::IsResourceExhausted(flushed)) shared_.Fail(flushed);
        CrashPoint<"engine-after-flush">();
        flushing_ = false;
      });
    }
  }

  NodeShared shared_;
  std::vector<std::unique_ptr<Worker>> workers_;
  std::unique_ptr<HintKeeper> hints_;
  std::vector<PartitionId> leftovers_;  // in the log, but of dropped keyspaces
  std::atomic<int> following_ = 0;      // workers that have yet to follow the topology
  std::atomic<bool> flushing_ = false;
  Spread spread_;                // worker 0's
  ring::SharedTopology unkept_;  // worker 0's: not to be followed yet, is tried again
  absl::Duration departed_since_ = absl::InfiniteDuration();  // likewise: from its cluster
  Survey survey_{shared_, workers_};
  std::unique_ptr<Mover> mover_;
  std::unique_ptr<Upgrade> upgrade_;
};

absl::StatusOr<std::unique_ptr<Node>> Node::Open(NodeOptions options, Edges edges,
                                                 std::vector<RecoveredGroup> recovered) {
  if (absl::Status old = CheckNoOldDiskImage(options.self, edges.files); !old.ok()) return old;
  auto topology = LoadTopology(options, edges.files);
  if (!topology.ok()) return topology.status();
  std::unique_ptr<Node> node(new Node(nullptr));
  node->impl_ = std::make_unique<Impl>(std::move(options), edges, *std::move(topology));
  node->impl_->mover_ = std::make_unique<Mover>(*node, node->impl_->shared_);
  node->impl_->upgrade_ = std::make_unique<Upgrade>(*node, node->impl_->shared_);
  node->impl_->shared_.plan_changes = [impl = node->impl_.get()](absl::Duration now) {
    impl->mover_->Plan(now);
    impl->upgrade_->Finish(now);
  };
  absl::Status opened = node->impl_->OpenReplicas(std::move(recovered));
  if (!opened.ok()) return opened;
  return node;
}

Node::Node(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Node::~Node() = default;

void Node::Start(LogDevice& log, std::function<void(absl::Status)> fatal) {
  impl_->Start(log, std::move(fatal));
}

uint32_t Node::workers() const { return static_cast<uint32_t>(impl_->workers_.size()); }
absl::Duration Node::RunTurn(uint32_t index) { return impl_->workers_[index]->RunTurn(); }

void Node::OnDurable(SyncProof proof) {
  for (auto& worker : impl_->workers_) worker->PostProof(proof);
}
void Node::OnLogFailed(absl::Status status) { impl_->shared_.Fail(std::move(status)); }

void Node::OnDisowned(NodeId peer, const absl::Status& why) {
  const NodeId self = impl_->shared_.options.self;
  if (ReasonOf(why) == "PROTOCOL_TOO_OLD") return impl_->shared_.Fail(why);
  impl_->shared_.Fail(ReasonOf(why) == kLogShorter
                          ? ForgottenRecords(self, peer, ToStd(why.message()))
                          : OldDiskImage(self, peer.ToString()));
}
absl::Status Node::ReceiveFrame(std::string_view frame) { return impl_->ReceiveFrame(frame); }
void Node::OnPeerDisconnected(NodeId peer) { impl_->Disconnected(peer); }

ring::SharedTopology Node::topology() const { return impl_->shared_.topology.Get(); }

void Node::Execute(Request request, ReplyFn reply) {
  impl_->shared_.execute(std::move(request), std::move(reply));
}

void Node::Adopt(ring::SharedTopology topology) { impl_->Adopt(std::move(topology)); }

void Node::AwaitKnown(Epoch epoch, absl::Duration until, absl::AnyInvocable<void() &&> done) {
  impl_->AwaitKnown(epoch, until, std::move(done));
}

void Node::RaiseProtocol(absl::Duration deadline, TopologyFn done) {
  impl_->upgrade_->Raise(deadline, std::move(done));
}

void Node::TransferLeader(PartitionId partition, NodeId to,
                          absl::AnyInvocable<void(absl::Status) &&> done) {
  impl_->WorkerOf(partition).PostTask(
      [partition, to, done = std::move(done)](Worker& worker) mutable {
        Replica* replica = worker.Find(partition);
        std::move(done)(replica != nullptr
                            ? replica->TransferLeadership(to)
                            : MakeError(absl::StatusCode::kNotFound, "NO_REPLICA_HERE",
                                        partition.ToString() + " has no replica on this node"));
        if (replica != nullptr) worker.TouchReplica(partition);
      });
}

const DiskRoom& Node::disk() const { return impl_->shared_.disk; }

const ClusterCalendar& Node::calendar() const { return impl_->shared_.calendar; }

void Node::Report(absl::AnyInvocable<void(NodeStatusReport) &&> done) {
  impl_->survey_.Report(std::move(done));
}

void Node::RoundTrips(absl::AnyInvocable<void(quorum::RoundTrips) &&> done) {
  impl_->survey_.RoundTrips(std::move(done));
}

void Node::Look(std::vector<PartitionId> partitions, std::function<void(const Replica&)> look,
                absl::AnyInvocable<void() &&> done) {
  impl_->survey_.Look(std::move(partitions), std::move(look), std::move(done));
}

bool Node::ready() const {
  return std::all_of(impl_->workers_.begin(), impl_->workers_.end(),
                     [](const auto& worker) { return worker->HasLeaderEverywhere(); });
}

void Node::Drain(absl::Duration deadline, absl::AnyInvocable<void() &&> done) {
  impl_->shared_.draining = true;
  StartDrain(impl_->workers_, deadline, std::move(done));
}

uint64_t Node::turned_away() const { return impl_->shared_.turned_away; }

const Replica* Node::FindReplica(PartitionId partition) const {
  return impl_->WorkerOf(partition).Find(partition);
}

}  // namespace quorate
