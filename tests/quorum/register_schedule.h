// One random run of the register: acceptors with disks that lag, a network that
// loses, doubles and reorders, clocks apart, crashes, anti-entropy in the middle
// of rounds, tombstones dropped once covered; then everything heals. What the
// clients saw comes out as a history for the linearizability checker.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "base/random.h"
#include "base/strings.h"
#include "check/history.h"
#include "quorum/proposer.h"

namespace quorate::quorum {

// Weights and chances; the defaults are a bit of everything.
struct RegisterProfile {
  uint64_t nodes = 0;  // 0: three or five
  uint64_t clients = 4;
  uint64_t keys = 1;
  uint32_t steps = 500;
  uint32_t operations_max = 40;
  double loss = 0.03;
  double doubling = 0.03;
  double out_of_order = 0.5;
  // A message is put aside for long.
  double long_delay = 0.02;
  uint64_t clock_skew_us_max = 200'000;  // a step is 1 ms
  // Of a hundred operations: reads, blind puts, blind deletes, conditional
  // writes; the rest adds.
  uint64_t reads = 30;
  uint64_t puts = 20;
  uint64_t deletes = 10;
  uint64_t conditions = 20;
  // Of a thousand steps.
  uint64_t starts = 90;
  uint64_t syncs = 250;
  uint64_t resends = 20;
  uint64_t give_ups = 3;
  uint64_t merges = 40;
  uint64_t drops = 20;
  uint64_t crashes = 4;
  // n1 leaves and n4 joins; the chance of each step on the way, of a thousand.
  // `nodes` is then 4.
  uint64_t moves = 0;
  // The chance, of a thousand, that n1 and n2 cannot hear n3 and n4 for a while.
  uint64_t splits = 0;
};

// Deliberate faults of the move, which is the host's.
struct MoveBugs {
  // Older epochs are served, and the third comes while somebody is in the first.
  bool no_fence = false;
  bool filled_from_any = false;      // from one replica, whichever, not the leaver
  bool refused_fill_counts = false;  // as if the key had been taken
};

struct RegisterScheduleOptions {
  uint64_t seed = 1;
  RegisterProfile profile;
  RegisterBugs bugs;
  MoveBugs move_bugs = {};
  bool traced = false;
};

class RegisterSchedule {
 public:
  explicit RegisterSchedule(RegisterScheduleOptions options);

  // The disorder, then the healing and a read of each key through each node.
  void Run();
  check::History History() const;
  // Whether after healing all replicas hold the same of each key; empty: yes.
  const std::string& divergence() const { return divergence_; }
  const std::map<std::string, uint64_t>& reached() const { return reached_; }
  // One line an event, if traced.
  const std::string& trace() const { return trace_; }

 private:
  struct Contents {
    std::map<std::string, RegisterBody> held;
    Ballot floor;
    std::set<Ballot> seen;  // acceptances, as a seen clock would
  };
  struct Message {
    enum class Kind : uint8_t { kRequest, kReply, kMerge, kFill };
    Kind kind = Kind::kRequest;
    NodeId from;
    NodeId to;
    uint64_t epoch = 1;
    uint64_t operation = 0;
    std::string key;
    RegisterRequest request;  // kMerge: its value
    RegisterReply reply;
    Contents contents;  // kFill
  };
  // What becomes durable at one point of a node's log, and what waited for it.
  struct Effect {
    std::string key;
    std::optional<RegisterBody> body;
    bool drop = false;
    Ballot floor;
    bool filled = false;
    std::set<Ballot> seen;
    std::vector<Message> after;
  };
  struct Operation {
    uint64_t client = 0;  // 0: nobody's, it completes a round
    std::string key;
    RegisterOp op;
    int64_t invoke_us = 0;
    std::optional<int64_t> return_us;
    RegisterOutcome outcome;
    NodeId node;
    std::unique_ptr<Proposer> proposer;  // null: over, or lost in a crash
    uint32_t paused = 0;
  };
  struct Node {
    NodeId id;
    bool alive = true;
    Contents memory;
    Contents disk;
    std::deque<Effect> under_way;
    uint64_t boot = 0;
    uint64_t epoch = 1;   // always durable
    bool filled = false;  // n4, durably
    int64_t skew_us = 0;
    HybridClock clock;
    std::unique_ptr<BallotSource> ballots;
    uint64_t dots = 0;
  };
  struct Client {
    uint64_t operation = 0;  // under way
    std::string value;       // last seen
    Ballot version;
  };

  void Step();
  void Heal();
  void Converge();
  void DeliverAll();
  void Deliver(size_t at);
  void Receive(Message message);
  void Sync(Node& node, size_t count);
  void Crash(Node& node);
  void Start(Node& node);
  void StartOperation(uint64_t client, Node& node, const std::string& key, RegisterOp op);
  RegisterOp RandomOp(const Client& client);
  void Pump(uint64_t id);
  void AcceptHere(Operation& operation, uint64_t id, RegisterRequest request);
  void Ended(Operation& operation, RegisterOutcome outcome);
  void Merge(Node& node, const Message& message);
  void Complete(Node& node, const std::string& key);
  void SendMerge(Node& from, NodeId to, const std::string& key);
  // --- a replica moves ---
  std::vector<NodeId> Members(uint64_t epoch) const;
  ProposerConfig ConfigAt(uint64_t epoch) const;
  bool MayCoordinate(const Node& node) const;
  void StepMove();
  void FinishMove();
  void Enter(Node& node, uint64_t epoch);
  void Fill(Node& from);
  void TakeFill(Node& node, const Message& message);
  bool Refuses(Node& node, const Message& message);

  void DropCovered(Node& node, const std::string& key);
  bool Covered(uint64_t epoch, const Ballot& accepted) const;
  void Persist(Node& node, Effect effect);
  void Hold(Node& node, const std::string& key, const RegisterBody& body);
  void Answer(Node& node, Message message, bool after_sync);
  void Send(Message message);
  bool IsSplit(const Message& message) const;
  AcceptorStep StepAt(Node& node, const std::string& key, const RegisterRequest& request);

  template <class... Pieces>
  void Trace(const Pieces&... pieces) {
    if (options_.traced) StrAppend(&trace_, step_, " ", pieces..., "\n");
  }

  HlcTime Now(Node& node);
  int64_t now_us() const { return static_cast<int64_t>(step_) * 1000; }
  Node& At(NodeId id) { return nodes_[id.value() - 1]; }
  Node& AnyNode() { return nodes_[random_.Below(nodes_.size())]; }
  Node* AnyLiving();
  std::string AnyKey() {
    return std::string(1, static_cast<char>('a' + random_.Below(profile().keys)));
  }
  const RegisterProfile& profile() const { return options_.profile; }
  std::vector<uint64_t> UnderWay() const;

  RegisterScheduleOptions options_;
  Random random_;
  std::vector<Node> nodes_;
  std::vector<NodeId> ids_;
  uint64_t epoch_ = 1;           // the newest that was decided
  std::vector<Client> clients_;  // the first is nobody
  std::deque<Message> in_flight_;
  std::vector<std::pair<uint64_t, Message>> delayed_;  // until this step
  std::vector<Operation> operations_;                  // by id - 1
  uint64_t step_ = 0;
  uint64_t split_until_ = 0;
  uint64_t next_value_ = 1;
  bool healing_ = false;
  std::string divergence_;
  std::map<std::string, uint64_t> reached_;
  std::string trace_;
};

}  // namespace quorate::quorum
