// A group of Raft replicas in one thread, with a disk and a network that do
// only what a test tells them. Every step is checked against the invariants.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "raft/invariants.h"
#include "raft/raft.h"

namespace quorate::raft {

// What a replica has applied.
struct State {
  LogIndex applied;
  Term term;
  Configuration configuration;
  std::vector<std::string> commands;
};

struct ClusterOptions {
  uint64_t seed = 1;
  Config config;                // self is filled in
  bool sync_at_once = true;     // else Sync() moves the disks
  bool serve_snapshots = true;  // else SnapshotUnavailable
  uint64_t chunks_per_snapshot = 3;
};

class Cluster {
 public:
  Cluster(const std::vector<uint64_t>& voters, const std::vector<uint64_t>& learners,
          ClusterOptions options);
  explicit Cluster(const std::vector<uint64_t>& voters) : Cluster(voters, {}, {}) {}
  ~Cluster();  // fails the test if an invariant was broken

  // --- replicas ---
  Raft& raft(uint64_t node) { return *Find(node).raft; }
  const State& state(uint64_t node) { return Find(node).state; }
  bool alive(uint64_t node) const;
  std::vector<uint64_t> living() const;
  // A replica that knows nothing yet, to be added as a member.
  void AddEmpty(uint64_t node);
  // Its copy goes, all but the vote, and a new one comes, which the wish `since` takes in.
  void ComeBackEmpty(uint64_t node, uint64_t since);
  // The only one that leads the newest term; zero: none.
  uint64_t leader() const;

  // --- inputs; all that follows at the replica is taken up at once ---
  void Tick(uint64_t node, uint32_t count = 1);
  void TickAll(uint32_t count = 1);
  void Campaign(uint64_t node);
  absl::StatusOr<Raft::Position> Propose(uint64_t node, const std::string& command);
  absl::StatusOr<Raft::Position> Change(uint64_t node, const std::vector<uint64_t>& voters,
                                        const std::vector<uint64_t>& learners = {},
                                        uint64_t asked = 0);
  absl::Status Read(uint64_t node, uint64_t read_id);
  absl::Status Transfer(uint64_t node, uint64_t to);
  void Compact(uint64_t node, uint64_t index);
  void Wake(uint64_t node, bool leader_gone);
  void TellCommit(uint64_t node);
  void Step(Message message);

  // --- network: sent messages lie in flight until delivered or dropped ---
  using Filter = std::function<bool(const Message&)>;
  std::deque<Message>& in_flight() { return in_flight_; }
  // The messages now in flight that pass; answers to them stay in flight.
  std::vector<Message> Deliver(const Filter& filter);
  std::vector<Message> Drop(const Filter& filter);
  void DeliverAt(size_t position);
  // Until nothing is in flight and everybody knows what is committed.
  void Settle();
  // Ticks and settles until `leader()` is there.
  uint64_t ElectAny();
  void Elect(uint64_t node);
  void Cut(uint64_t from, uint64_t to) { cut_.insert({from, to}); }
  void Isolate(uint64_t node);
  void Heal() { cut_.clear(); }

  // --- disk ---
  // The oldest `count` writes under way complete. False: there were none.
  bool Sync(uint64_t node, size_t count = 1);
  void SyncAll(uint64_t node);
  size_t writes_under_way(uint64_t node) { return Find(node).writes.size(); }
  void FlushState(uint64_t node);
  void Crash(uint64_t node);  // loses what was not persisted or flushed
  void Restart(uint64_t node);
  // What a disk must not do: of a crashed node, so many of the last entries are gone, or
  // its vote.
  void LoseEnd(uint64_t node, size_t entries);
  void LoseVote(uint64_t node) { Find(node).disk.hard_state.vote = NodeId(); }
  // Those that were told, since it lost something, of what they had acknowledged.
  const std::map<uint64_t, LostTail>& lost_tails() const { return lost_tails_; }
  // Fewer than these stay unapplied on disk across a restart.
  const HardState& durable_hard_state(uint64_t node) { return Find(node).disk.hard_state; }

  // --- what happened ---
  std::vector<std::string> TakeEvents() { return std::exchange(events_, {}); }
  const std::map<std::pair<uint64_t, uint64_t>, std::optional<LogIndex>>& reads() const {
    return reads_;  // by (node, read id); nullopt: failed
  }
  Invariants& invariants() { return invariants_; }
  // The destructor then stays silent about broken invariants.
  void ExpectViolations() { violations_expected_ = true; }
  ClusterOptions& options() { return options_; }

 private:
  struct Write {
    std::optional<Persist> persist;
    std::optional<SnapshotMeta> reset;
    std::vector<Message> after_sync;
  };
  struct Disk {
    HardState hard_state;
    LogIndex base_index;
    Term base_term;
    std::vector<LogEntry> entries;
    State state;
  };
  struct Node {
    std::unique_ptr<Raft> raft;  // null: crashed
    Disk disk;
    std::deque<Write> writes;
    State state;
    std::map<uint64_t, State> snapshots_out;  // by receiver
    std::vector<SnapshotChunk> staged;
    uint64_t life = 0;
    uint64_t member_since = 0;
    std::string seen;  // role and such, for events
  };

  Node& Find(uint64_t node);
  void Start(uint64_t id, Node& node);
  // Takes all outputs of `id` and checks the invariants.
  void Pump(uint64_t id);
  void Handle(uint64_t id, Node& node, Output output);
  void Apply(uint64_t id, Node& node, const std::vector<LogEntry>& entries);
  void GiveChunk(uint64_t id, Node& node, const ChunkWanted& wanted);
  void TakeChunk(uint64_t id, Node& node, ReceivedChunk received);
  void Complete(uint64_t id, Node& node);
  void SendAll(std::vector<Message> messages);
  void Observe(uint64_t id);
  void NoteRole(uint64_t id, Node& node);
  void Note(std::string event) { events_.push_back(std::move(event)); }
  bool IsCut(const Message& message) const;

  ClusterOptions options_;
  Configuration initial_;
  std::map<uint64_t, Node> nodes_;
  std::deque<Message> in_flight_;
  std::set<std::pair<uint64_t, uint64_t>> cut_;
  std::vector<std::string> events_;
  std::map<std::pair<uint64_t, uint64_t>, std::optional<LogIndex>> reads_;
  std::set<uint64_t> losers_;
  std::map<uint64_t, LostTail> lost_tails_;
  Invariants invariants_;
  bool violations_expected_ = false;
};

std::vector<NodeId> Nodes(const std::vector<uint64_t>& numbers);

}  // namespace quorate::raft
