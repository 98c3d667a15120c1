// One worker: owns the replicas of its share of the partitions and runs them
// in turns. Everything but Post* happens on the worker's own thread.
//
// A turn: take what queued, let each replica react, hand everything that must
// become durable to the log as one batch, send what may be sent. What waits
// for durability goes out in the turn after the log's proof.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <queue>
#include <string>
#include <variant>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/functional/any_invocable.h"
#include "absl/synchronization/mutex.h"
#include "base/sync_proof.h"
#include "node/forwards.h"
#include "node/handovers.h"
#include "node/move_share.h"
#include "node/outbox.h"
#include "node/replay_window.h"
#include "node/shared.h"
#include "replica/former_copy.h"
#include "replica/quorum_replica.h"
#include "replica/raft_replica.h"

namespace quorate {

// A peer's frame, the part that concerns one worker.
struct FrameInput {
  struct Forwarded {
    uint64_t id;
    std::string request;
    absl::Duration left;
    uint32_t hops;
  };
  struct Answered {
    uint64_t id;
    std::string reply;
  };
  NodeId from;
  Epoch epoch;  // that its sender acted by
  std::vector<std::pair<PartitionId, std::string>> groups;
  std::vector<Forwarded> requests;
  std::vector<Answered> replies;
  bool empty() const { return groups.empty() && requests.empty() && replies.empty(); }
};

class Worker {
 public:
  using Task = absl::AnyInvocable<void(Worker&) &&>;

  Worker(uint32_t index, NodeShared& shared);
  ~Worker();

  // --- any thread ---
  void PostRequest(Request request, ReplyFn reply);
  void PostFrame(FrameInput frame);
  void PostTask(Task task);
  void PostProof(SyncProof proof);

  // --- the worker's thread ---
  absl::Duration RunTurn();

  // Makes a replica of what storage recovered, or of a new partition.
  // `fresh`: its preferred leader campaigns at once.
  absl::Status Open(const ring::PartitionInfo& partition, const ring::FrozenTopology& topology,
                    RecoveredGroup* recovered, bool fresh);
  // A group in the log of which there is no replica here any more.
  void Retire(const RecoveredGroup& group);
  // A leaderless replica that is none any more, of which engine or log still have something:
  // see FormerCopy.
  absl::Status OpenFormer(const ring::PartitionInfo& partition,
                          const ring::FrozenTopology& topology, RecoveredGroup* recovered);
  // Makes and removes replicas so that they match the topology.
  void Follow(const TopologyHolder::Snapshot& topology);
  void PeerGone(NodeId peer);
  void PeerBack(NodeId peer);
  void Ping(absl::Duration since);
  void PingNode(NodeId node);
  // Hands all leaderships over, then takes nothing more; what is under way has
  // three seconds to be answered as it would be. `done` when nothing is left or at the deadline.
  void Drain(absl::Duration deadline, absl::AnyInvocable<void() &&> done);
  // The replica was acted on from outside: collect from it this turn.
  void TouchReplica(PartitionId partition);

  Replica* Find(PartitionId partition) const;
  std::vector<Replica*> Replicas() const;
  const quorum::RoundTrips& round_trips() const { return round_trips_; }
  uint64_t snapshot_bytes_sent() const { return pace_.sent_bytes(); }
  bool HasLeaderEverywhere() const { return leader_everywhere_; }
  // Called with the stored topology whenever the meta partition has moved on.
  void WatchMeta(std::function<void(std::string)> changed) { meta_changed_ = std::move(changed); }
  // The node's first worker: theirs are its turns.
  void UseHints(HintKeeper& keeper);
  void WithHints(absl::AnyInvocable<void(HintKeeper&) &&> task);
  // Called once a tick.
  void WatchTick(std::function<void(absl::Duration)> ticked) { ticked_ = std::move(ticked); }

 private:
  struct RequestInput {
    Request request;
    ReplyFn reply;
    bool overload = false;  // too much waits before it: refused in its turn
  };
  using Input = std::variant<RequestInput, FrameInput, Task>;
  struct Slot {
    std::unique_ptr<Replica> replica;
    NodeId preferred_leader;
    Epoch moving_since;              // of the move that the replica knows of
    Epoch members_since;             // mode quorum: PartitionInfo::changed, as it knows it
    bool joining = false;            // no replica yet: answers nothing, but if it leads
    std::map<NodeId, Epoch> joined;  // of the others: older words are of copies that are gone
    absl::Duration move_told = -absl::InfiniteDuration();
    // From then on it counts that nobody leads.
    absl::Duration leader_due = absl::ZeroDuration();
    bool touched = false;
    bool has_news = false;  // is among those in news_
    uint64_t life = 0;      // of the replicas of this partition here, one after the other
    LogTicket last_write;   // newest batch that holds something of this group
    uint64_t applied_seen = 0;
    LogIndex released;
  };
  struct PersistToken {
    PartitionId partition;
    uint64_t token;
    uint64_t life;
  };

  absl::StatusOr<std::unique_ptr<Replica>> OpenRaft(const ring::PartitionInfo& partition,
                                                    RecoveredGroup* recovered, bool fresh);
  absl::StatusOr<std::unique_ptr<Replica>> OpenQuorum(const ring::PartitionInfo& partition,
                                                      const ring::KeyspaceInfo& keyspace,
                                                      const ring::FrozenTopology& topology,
                                                      RecoveredGroup* recovered);
  void Post(Input input);
  void Refuse(const Request& request, ReplyFn reply) const;
  void Handle(Input& input);
  void HandleRequest(Request request, ReplyFn reply);
  // worker_ladder.cc: tries the rung that is due, and the next where it fails.
  void Climb(Request request, ReplyFn reply);
  // Tells the replicas when the calendar and the clock have parted.
  void WatchClock();
  bool CalendarConfirmed();
  void Configure(PartitionId partition, Slot& slot, const ring::FrozenTopology& topology);
  // What it may answer is answered here.
  static bool ServesHere(const Slot& slot, Level level, bool write);
  // Though it is served here, another had better begin it.
  bool IsForOthers(const Replica& replica, const Request& request) const;
  void Expire();
  // --- worker_admission.cc: what a write is refused for before it is begun ---
  absl::Status Admit(const Request& request) const;
  // Level ALL: whose node is not there.
  absl::Status CheckAllAlive(PartitionId partition) const;
  // Growth: whose disk is full.
  absl::Status CheckRoom(PartitionId partition) const;
  // For what another replica sent.
  bool HasRoomFor(PartitionId partition, const Replica& replica, std::string_view payload) const;
  void HandleFrame(FrameInput& frame);
  void Forward(Request request, ReplyFn reply, NodeId to);
  void PartitionUnknown(const Request& request, ReplyFn reply) const;
  // --- worker_missing.cc ---
  // The replicas of which nothing is heard, and how many they are.
  std::string NamesOfMissing(const ring::PartitionInfo& info, size_t& count) const;
  // Likewise, where so many are missing that nobody can be elected; else empty.
  std::string MissingOfMajority(PartitionId partition) const;
  absl::Status NoLeader(PartitionId partition) const;
  // What is UNAVAILABLE names them.
  ReplyFn TellingWhoIsMissing(PartitionId partition, ReplyFn reply) const;
  // --- worker_any.cc ---
  void WriteAny(Request request, ReplyFn reply);
  NodeId Untried(const ring::PartitionInfo& info, const std::vector<NodeId>& tried) const;
  void KeepHint(Request request, ReplyFn reply);
  // By that node alone.
  void ServeAt(Request request, ReplyFn reply);
  NodeId ChooseTarget(PartitionId partition, const Replica* replica) const;
  void OpenDurable(const SyncProof& proof);
  void Tick();
  // Someone leads the partition, or it is so new that nobody could yet.
  bool MayServe(Slot& slot) const;
  void ReleaseLog(Slot& slot);
  void Rebalance(Slot& slot);
  NodeId BetterLeader(const Slot& slot) const;
  void DrainStep();
  bool HandOverAll();
  bool Busy() const;
  void CollectAll();
  void AfterCollect(PartitionId partition, Slot& slot);
  void TellNews();
  void FollowMeta(Slot& slot);
  void Touch(PartitionId partition, Slot& slot);
  void Remove(PartitionId partition, bool moved);
  // What of it is in engine and log.
  void Delete(PartitionId partition, bool moved, const HardState& kept);
  // --- worker_moves.cc ---
  // Moved away, or its keyspace is gone.
  void DropGone(const ring::FrozenTopology& topology);
  // What a replica that went away must not forget: its vote, should it come back.
  HardState TakeRetired(PartitionId partition);
  GroupWrite Retired(PartitionId partition, const HardState& kept);
  void AwaitForgotten(LogTicket ticket);
  void NoteForgotten(const SyncProof& proof);
  void WatchMove(PartitionId partition, Slot& slot);
  // --- worker_former.cc ---
  void KeepFormer(PartitionId partition, Slot& slot);
  void HandOverFormer(bool release_log);
  void ReceiveForFormer(NodeId from, PartitionId partition, std::string_view payload);
  void SendOfFormer(const absl::Status& status, std::vector<PeerMessage> messages);
  void ShareWithClients();

  const uint32_t index_;
  NodeShared& shared_;
  Outbox outbox_;
  Forwards forwards_;
  std::map<NodeId, ReplayWindow> replays_;  // of the requests that each peer sent
  Handovers handovers_;
  HintKeeper* hints_ = nullptr;     // the first worker's
  quorum::RoundTrips round_trips_;  // of all leaderless replicas here
  SnapshotPace pace_;               // of all that newcomers get from here
  MoveShare move_share_;
  std::deque<AfterSync<absl::Duration>> submitted_;  // when what waits went to the log
  uint64_t moved_bytes_seen_ = 0;
  absl::Duration moved_ = -absl::InfiniteDuration();  // when they last became more
  std::map<PartitionId, Slot> slots_;
  std::map<PartitionId, FormerCopy> former_;  // of none that is in slots_
  std::vector<PartitionId> touched_;
  std::vector<PartitionId> news_;  // told together once news_due_ has come
  // Moments at which a ladder's rung is given up, the nearest on top.
  std::priority_queue<absl::Duration, std::vector<absl::Duration>, std::greater<>> expiries_;
  absl::Duration news_due_ = absl::InfiniteDuration();
  std::vector<GroupWrite> writes_;  // of replicas removed in this turn
  uint64_t lives_ = 0;
  int forgotten_ = 0;                         // in this turn
  std::deque<AfterSync<int>> forgetting_;     // so many at a time
  std::map<PartitionId, HardState> retired_;  // of replicas that moved away
  std::deque<AfterSync<PersistToken>> tokens_;
  std::optional<SyncProof> proven_;  // the newest proof taken
  std::function<void(std::string)> meta_changed_;
  std::function<void(absl::Duration)> ticked_;
  absl::Duration now_;
  // Over the clock, when last told: of the own calendar and of the one that is followed.
  absl::Duration own_lead_, followed_lead_;
  bool confirmed_ = false;
  absl::Duration confirmed_by_;  // by nobody, if need be; zero: not begun
  absl::Duration next_tick_;
  absl::Duration next_release_;
  absl::Duration next_rebalance_;
  std::atomic<bool> leader_everywhere_ = false;
  absl::Duration drain_deadline_ = absl::InfiniteDuration();
  absl::AnyInvocable<void() &&> drained_;  // set while draining
  bool shut_down_ = false;
  absl::Duration answers_due_;  // once it is shut down

  std::vector<Input> inputs_;  // of the turn; empty between turns, with room for the next

  absl::Mutex mutex_;
  std::vector<Input> inbox_ ABSL_GUARDED_BY(mutex_);
  std::atomic<size_t> backlog_ = 0;  // of the inbox, as of a moment ago
  std::optional<SyncProof> proof_ ABSL_GUARDED_BY(mutex_);
  bool woken_ ABSL_GUARDED_BY(mutex_) = false;
};

// The key under which the meta partition holds the encoded topology.
inline constexpr std::string_view kTopologyKey = "topology";

}  // namespace quorate
