#include "sim/fate_traps.h"

#include <utility>

#include "base/strings.h"
#include "quorum/counter.h"
#include "sim/leaderless_receipts.h"
#include "sim/leaderless_replicas.h"

namespace quorate::sim {
namespace {

constexpr char kName[] = "fates";
constexpr absl::Duration kRetry = absl::Milliseconds(100);
constexpr absl::Duration kAdminDeadline = absl::Seconds(2);
constexpr absl::Duration kDeadline = absl::Milliseconds(400);
constexpr absl::Duration kPause = absl::Milliseconds(20);
constexpr uint32_t kQuestionsMax = 30;
// So long that a writer is later than all times that replicas have reserved before.
constexpr absl::Duration kRest = absl::Milliseconds(700);
constexpr absl::Duration kUntilItIsUp = absl::Milliseconds(2);
// A coordinator's last words are out by then.
constexpr absl::Duration kSpeaks = absl::Milliseconds(5);

}  // namespace

FateTraps::FateTraps(EventQueue& queue, Trace& trace, Random random, Cluster& cluster,
                     std::function<void(std::string)> violation)
    : queue_(queue),
      trace_(trace),
      random_(random),
      cluster_(cluster),
      violation_(std::move(violation)) {}

void FateTraps::Start(bool armed) {
  armed_ = armed;
  if (!armed_) return;
  running_ = true;
  MakeKeyspace();
  PlanNext();
}

const ring::KeyspaceInfo* FateTraps::Keyspace() const {
  const auto topology = cluster_.topology();
  return topology == nullptr ? nullptr : topology->FindKeyspace(kName);
}

// Asked for until it is there.
void FateTraps::MakeKeyspace() {
  if (Keyspace() != nullptr) return;
  const Nodes up = cluster_.UpNodes();
  if (!up.empty()) {
    ring::KeyspaceSpec spec{.name = kName, .mode = Mode::kQuorum, .conflict = Conflict::kCounter};
    spec.replicas = 3;
    spec.partitions = 1;
    SimNode& node = cluster_.node(up[random_.Below(up.size())]);
    const absl::Duration deadline = node.machine().env.Monotonic() + kAdminDeadline;
    node.process()->WhenRunning([spec, deadline](Node& running) {
      running.CreateKeyspace(spec, deadline, [](const auto&) {});
    });
  }
  queue_.After(kRetry, [this] { MakeKeyspace(); });
}

absl::Duration FateTraps::Between(absl::Duration least, absl::Duration most) {
  return least + (most - least) * (static_cast<double>(random_.Below(1000)) / 1000);
}

void FateTraps::PlanNext() {
  queue_.After(Between(kRest, 2 * kRest), [this] {
    if (running_) Begin();
  });
}

void FateTraps::Begin() {
  const ring::KeyspaceInfo* keyspace = Keyspace();
  if (keyspace == nullptr) return PlanNext();
  Nodes replicas = keyspace->partitions.front().replicas;
  for (size_t i = replicas.size(); i > 1; --i)
    std::swap(replicas[i - 1], replicas[random_.Below(i)]);
  for (const NodeId node : replicas) {
    const bool there =
        FindQuorumReplica(cluster_, node, keyspace->partitions.front().id) != nullptr;
    if (!there) return PlanNext();
  }
  auto trap = std::make_shared<Trap>();
  trap->coordinator = replicas[0];
  trap->asker = replicas[1];
  trap->third = replicas[2];
  trap->key = StrCat("t", next_++);
  OpenWriter(trap);
}

Request FateTraps::RequestAt(NodeId node) {
  Request request;
  request.partition = Keyspace()->partitions.front().id;
  request.epoch = cluster_.node(node).node()->topology()->epoch;
  request.level = Level::kOne;
  request.deadline = cluster_.node(node).machine().env.Monotonic() + kDeadline;
  return request;
}

void FateTraps::OpenWriter(const TrapPtr& trap) {
  Request request = RequestAt(trap->coordinator);
  request.op.emplace<kv::Command>().action = kv::Command::Action::kOpenWriter;
  SimNode& node = cluster_.node(trap->coordinator);
  node.process()->Execute(std::move(request), [this, trap](Reply reply) {
    if (!running_) return;
    if (!reply.status.ok()) return PlanNext();
    trap->write = RequestAt(trap->coordinator);
    auto& command = trap->write.op.emplace<kv::Command>();
    command.identity = {reply.write.writer, 1, 1};
    kv::Mutation& add = command.mutations.emplace_back();
    add.key = trap->key;
    add.action = kv::Mutation::Action::kAdd;
    add.delta = 1;
    told_[trap->key] = Told::kNothing;
    random_.Chance(0.5) ? SendLate(trap) : Ask(trap);
  });
}

void FateTraps::SendLate(const TrapPtr& trap) {
  trap->late = Between(absl::Milliseconds(300), absl::Milliseconds(1500));
  const double late_ms = absl::ToDoubleMilliseconds(trap->late);
  SimNode& node = cluster_.node(trap->coordinator);
  trace_.Add(TraceKind::kFault, trap->coordinator,
             StrCat("takes ", trap->key, ", syncs nothing, and is heard late"));
  node.machine().disk.stalled = true;
  const auto late = cluster_.network().Break(
      OneWay({trap->coordinator}, cluster_.ids(), LinkFault::kLate, late_ms));
  Send(trap, trap->coordinator);
  queue_.After(kSpeaks, [this, trap, late, late_ms] {
    SimNode& dead = cluster_.node(trap->coordinator);
    dead.machine().disk.stalled = false;
    if (!running_) return;
    dead.Crash("its late words are under way");
    cluster_.network().Mend(late);
    // Of its next life the third hears only after those.
    const auto later = cluster_.network().Break(
        OneWay({trap->coordinator}, {trap->third}, LinkFault::kLate, late_ms + 500));
    queue_.After(trap->late + absl::Seconds(1), [this, later] { cluster_.network().Mend(later); });
    dead.Boot();
    queue_.After(kPause, [this, trap] { Ask(trap); });
  });
}

void FateTraps::Ask(const TrapPtr& trap) {
  if (!running_) return;
  SimNode& node = cluster_.node(trap->asker);
  if (!node.up() || ++trap->questions > kQuestionsMax) return PlanNext();
  Request request = RequestAt(trap->asker);
  auto& command = request.op.emplace<kv::Command>();
  command.identity = std::get<kv::Command>(trap->write.op).identity;
  command.action = kv::Command::Action::kFence;
  trace_.Add(TraceKind::kInvoke, trap->asker, StrCat("fate of ", trap->key));
  AskWithoutLeader(cluster_, trap->asker, std::move(request), violation_,
                   [this, trap](const Reply& reply) { Answered(trap, reply); });
}

void FateTraps::Answered(const TrapPtr& trap, const Reply& reply) {
  const bool never = reply.status.ok() && reply.write.fate == kv::Fate::kNever;
  const bool applied = reply.status.ok() && reply.write.fate == kv::Fate::kApplied;
  trace_.Add(TraceKind::kOutcome, trap->asker,
             StrCat("fate of ", trap->key, ": ",
                    never     ? "never"
                    : applied ? "applied"
                              : std::string(reply.status.message())));
  if (!reply.status.ok()) {
    queue_.After(kPause, [this, trap] { Ask(trap); });
    return;
  }
  if (applied) told_[trap->key] = Told::kApplied;
  if (never) told_[trap->key] = Told::kNever;
  if (!running_) return;
  if (!never) return PlanNext();
  if (trap->late == absl::ZeroDuration()) return CrashAndSend(trap);
  queue_.After(trap->late, [this, trap] { CheckNowhere(trap); });
}

void FateTraps::CrashAndSend(const TrapPtr& trap) {
  const NodeId victim = random_.Chance(0.5) ? trap->asker : trap->third;
  // Not in the midst of its turn.
  queue_.After(absl::ZeroDuration(),
               [this, victim] { cluster_.node(victim).Crash("right after it was asked"); });
  queue_.After(kUntilItIsUp, [this, victim] {
    if (running_) cluster_.node(victim).Boot();
  });
  queue_.After(2 * kUntilItIsUp, [this, trap, victim] {
    if (!running_) return;
    Send(trap, victim);
    PlanNext();
  });
}

void FateTraps::Send(const TrapPtr& trap, NodeId to) {
  SimNode& node = cluster_.node(to);
  if (!node.up()) return;
  Request request = trap->write;
  request.deadline = node.machine().env.Monotonic() + kDeadline;
  trace_.Add(TraceKind::kInvoke, to, StrCat("add 1 to ", trap->key));
  AskWithoutLeader(cluster_, to, std::move(request), violation_, [this, trap](const Reply& reply) {
    if (!reply.status.ok() || told_[trap->key] != Told::kNever) return;
    violation_(StrCat(trap->key, " was told never to be, and is done"));
  });
}

// What was late has come.
void FateTraps::CheckNowhere(const TrapPtr& trap) {
  if (!running_) return;
  for (const NodeId node : {trap->asker, trap->third}) {
    if (ValueAt(node, trap->key) == 0) continue;
    violation_(StrCat(trap->key, " was told never to be, and ", node.ToString(), " has it"));
  }
  PlanNext();
}

int64_t FateTraps::ValueAt(NodeId node, const std::string& key) {
  const auto* replica = FindQuorumReplica(cluster_, node, Keyspace()->partitions.front().id);
  const auto record = replica == nullptr ? std::nullopt : replica->store().Lookup(key);
  if (!record) return 0;
  const auto counter = quorum::Counter::Decode(record->body);
  return counter.ok() ? counter->Value().value_or(0) : 0;
}

std::string FateTraps::WhatIsWrong() {
  if (!armed_) return "";
  const ring::KeyspaceInfo* keyspace = Keyspace();
  if (keyspace == nullptr) return StrCat("keyspace ", kName, " was never made");
  if (std::string differs = WhatDiffersIn(cluster_, *keyspace); !differs.empty()) return differs;
  for (const auto& [key, told] : told_) {
    const int64_t value = ValueAt(keyspace->partitions.front().replicas.front(), key);
    const bool right = told == Told::kNothing   ? value == 0 || value == 1
                       : told == Told::kApplied ? value == 1
                                                : value == 0;
    if (!right) {
      return StrCat(key, " is ", value, ", but its one addition was told ",
                    told == Told::kApplied ? "to be applied"
                    : told == Told::kNever ? "never to be"
                                           : "nothing of");
    }
  }
  return "";
}

}  // namespace quorate::sim
