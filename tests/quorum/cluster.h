// A leaderless partition in one thread: disks and a network that do only what a
// test tells them, every step checked against the invariants.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "map_store.h"
#include "quorum/core.h"
#include "quorum/invariants.h"

namespace quorate::quorum {

struct ClusterOptions {
  uint64_t replicas = 3;
  uint64_t spares = 0;                     // nodes behind them, that may join
  std::vector<std::string> zones;          // of each replica; empty: all in one
  Config config;                           // self and members are filled in
  const ConflictPolicy* policy = nullptr;  // null: last write wins
  bool sync_at_once = true;                // else Sync() moves the disks
  bool keep_boot = false;                  // a deliberate fault
};

// An answer and when it was made, which may be before it could be given.
struct Answered {
  uint64_t node = 0;
  Reply reply;
  absl::Duration made_at;
};

class Cluster {
 public:
  explicit Cluster(ClusterOptions options);
  ~Cluster();  // fails the test if an invariant was broken

  // --- replicas ---
  Core& core(uint64_t node) { return *Find(node).core; }
  const MapStore& store(uint64_t node) { return Find(node).store; }
  // As bit rot would: the record is another from now on; none: it is gone.
  void Damage(uint64_t node, const std::string& key, const std::optional<Record>& record);
  const MapStore& disk(uint64_t node) { return Find(node).disk; }
  bool alive(uint64_t node) { return Find(node).core != nullptr; }
  std::vector<uint64_t> living() const;
  uint64_t replicas() const { return options_.replicas; }
  // The value that it holds; empty: none.
  std::string Value(uint64_t node, const std::string& key);
  void SetCalendarOffset(uint64_t node, int64_t us) { Find(node).calendar_offset_us = us; }
  // False: it has just started, and no other node has told it yet what time it is.
  void SetCalendarConfirmed(uint64_t node, bool confirmed) { Find(node).confirmed = confirmed; }
  Now NowAt(uint64_t node) { return At(Find(node)); }

  // --- inputs; all that follows at the replica is taken up at once ---
  void Tick(uint64_t node);
  void Write(uint64_t node, WriteRequest request);
  // Answered as if each of its writes had been asked for alone: the first with the run's
  // id, the others with those that follow.
  void WriteRun(uint64_t node, RunRequest request);
  void Read(uint64_t node, ReadRequest request);
  void Operate(uint64_t node, RegisterCall call);
  void Resolve(uint64_t node, ResolveRequest request);
  void PeerGone(uint64_t node, uint64_t peer);
  void PeerBack(uint64_t node, uint64_t peer);
  void Pass(absl::Duration time) { now_ += time; }
  absl::Duration now() const { return now_; }

  // --- readable short forms; the id asked with ---
  uint64_t Put(uint64_t node, const std::string& key, const std::string& value, Level level);
  uint64_t Delete(uint64_t node, const std::string& key, Level level);
  uint64_t Get(uint64_t node, const std::string& key, Level level);
  uint64_t Operate(uint64_t node, const std::string& key, RegisterOp op);
  // A new writer's number; its replica's disk must be at once.
  uint64_t OpenWriter(uint64_t node);
  uint64_t PutOnce(uint64_t node, const std::string& key, const std::string& value, Level level,
                   OperationId operation, uint64_t settled_below = 0);
  uint64_t Resolve(uint64_t node, OperationId operation, bool fence = true,
                   Level level = Level::kOne);
  // Null while there is none.
  const Reply* Find(uint64_t node, uint64_t id) const;
  // Everybody ticks and all is delivered, a hundred times 50 ms; dead peers stay so.
  void Settle(int rounds = 100);

  // --- network ---
  using Filter = std::function<bool(const Message&)>;
  std::deque<Message>& in_flight() { return in_flight_; }
  void DeliverAt(size_t position);
  void DeliverAll();
  std::vector<Message> Take(const Filter& filter);
  void Deliver(const Message& message);
  void Cut(uint64_t from, uint64_t to) { cut_.insert({from, to}); }
  void Isolate(uint64_t node);  // both ways, and everybody notices
  void Heal();                  // everybody notices
  bool IsCut(uint64_t from, uint64_t to) const { return cut_.contains({from, to}); }

  // --- disk ---
  bool Sync(uint64_t node, size_t count = 1);
  void SyncAll(uint64_t node);
  // Of what is under way, the first `kept` effects reach the disk all the same.
  void Crash(uint64_t node, size_t kept = 0);
  void Restart(uint64_t node);
  // --- moves (cluster_moves.cc) ---
  // Nodes 1 to so many, replicas or not.
  uint64_t nodes() const { return options_.replicas + options_.spares; }
  // A copy that joined in that epoch takes the place of one that was there before.
  struct Topology {
    Members members;
    std::map<NodeId, Epoch> joined;
  };
  // The node hears of it, unless it is down: a copy of its own begins, goes or goes on.
  void Learn(uint64_t node, const Topology& topology);
  // Whether it would lose its copy then.
  bool LosesCopy(uint64_t node, const Topology& topology);
  // A crashed node begins with an older topology, of those in which it had this copy.
  void ForgetTopology(uint64_t node);
  const Members& members(uint64_t node) { return Find(node).members; }
  bool down(uint64_t node) { return Find(node).down; }

  // A crashed one's disk is replaced by an empty one.
  void Wipe(uint64_t node);
  // A crashed one's disk is that from now on.
  void Replace(uint64_t node, const MapStore& disk);
  size_t unsynced(uint64_t node) { return Find(node).unsynced.size(); }

  // --- what happened ---
  std::vector<Answered> TakeAnswers() { return std::exchange(answers_, {}); }
  // Of all replicas, in their order.
  std::vector<Discard> TakeDiscards() { return std::exchange(discards_, {}); }
  Invariants& invariants() { return invariants_; }
  // The destructor then stays silent about broken invariants.
  void ExpectViolations() { violations_expected_ = true; }
  ClusterOptions& options() { return options_; }

 private:
  struct Waiting {  // for the first `effects` to be durable
    uint64_t effects = 0;
    std::vector<Message> messages;
    std::vector<Answered> answers;
  };
  struct Node {
    std::unique_ptr<Core> core;  // null: crashed
    Identity self;
    uint64_t boot = 0;  // of its process
    MapStore store;
    MapStore disk;
    std::deque<Effect> unsynced;
    uint64_t handed_out = 0;
    uint64_t durable = 0;
    std::deque<Waiting> waiting;
    int64_t calendar_offset_us = 0;
    bool confirmed = true;
    // What it knows of the partition's members, and did of this copy; empty: the first.
    bool down = false;
    Members members;
    std::vector<Members> known;
    Epoch joined;
  };

  Node& Find(uint64_t node);
  Now At(const Node& node) const;
  void Start(Node& node);
  void StartInBoot(Node& node);
  void Begin(Node& node, Restored restored);
  void DropCopy(Node& node);
  void Pump(Node& node);
  void LetGo(Node& node);
  std::vector<Answered> Answers(const Node& node, std::vector<Reply>& replies);
  void SendAll(std::vector<Message> messages);
  Config ConfigOf(const Node& node) const;

  ClusterOptions options_;
  std::map<uint64_t, Node> nodes_;
  std::deque<Message> in_flight_;
  std::set<std::pair<uint64_t, uint64_t>> cut_;
  std::vector<Answered> answers_;
  std::map<std::pair<uint64_t, uint64_t>, Reply> replies_;
  std::map<uint64_t, size_t> runs_;  // by id: how many writes
  std::vector<Discard> discards_;
  absl::Duration now_ = absl::Seconds(1);
  uint64_t next_id_ = 1'000'000;
  Invariants invariants_;
  bool violations_expected_ = false;
};

}  // namespace quorate::quorum
