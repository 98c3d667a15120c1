#include "sim/nemesis.h"

#include <algorithm>
#include <memory>
#include <optional>
#include <utility>

#include "absl/strings/str_join.h"
#include "base/strings.h"

namespace quorate::sim {
namespace {

// How soon a new leader is struck: some live to replicate a little.
constexpr absl::Duration kStrikeMax = absl::Milliseconds(100);

std::string Names(const Nodes& nodes) {
  return absl::StrJoin(nodes, " ", [](std::string* out, NodeId id) { *out += id.ToString(); });
}

// Only directions that are broken for this pair of nodes.
std::string Describe(const std::vector<LinkRule>& rules) {
  return absl::StrJoin(rules, " ", [](std::string* out, const LinkRule& rule) {
    *out += StrCat(rule.from.ToString(), ">", rule.to.ToString());
  });
}

}  // namespace

Nemesis::Nemesis(EventQueue& queue, Trace& trace, Random random, NemesisProfile profile,
                 Cluster& cluster)
    : queue_(queue),
      trace_(trace),
      random_(random),
      profile_(std::move(profile)),
      cluster_(cluster) {
  cluster_.OnLeader([this](NodeId leader) {
    if (striking_ > 0) queue_.After(Upto(kStrikeMax), [this, leader] { Strike(leader); });
  });
}

void Nemesis::Start() {
  running_ = true;
  if (!profile_.armed.empty()) PlanNext();
}

void Nemesis::PlanNext() {
  queue_.After(Upto(profile_.gap_max), [this] {
    if (!running_) return;
    BeginOne();
    PlanNext();
  });
}

void Nemesis::BeginOne() {
  const FaultKind kind = profile_.armed[random_.Below(profile_.armed.size())];
  const absl::Duration length = Upto(profile_.length_max);
  Mend mend = Begin(kind);
  ++faults_;
  ++kinds_[kind];
  if (mend) File(std::move(mend), length, FaultName(kind));
}

void Nemesis::File(Mend mend, absl::Duration length, std::string what) {
  const uint64_t fault = next_fault_++;
  active_[fault] = {std::move(mend), std::move(what)};
  queue_.After(length, [this, fault] {
    const auto it = active_.find(fault);
    if (it == active_.end()) return;
    Active active = std::move(it->second);
    active_.erase(it);
    trace_.Add(TraceKind::kHeal, NodeId(), active.what);
    active.mend();
  });
}

Nemesis::Mend Nemesis::Begin(FaultKind kind) {
  switch (kind) {
    case FaultKind::kIsolateOne:
    case FaultKind::kIsolateLeader:
    case FaultKind::kHalves:
    case FaultKind::kMajorityRing:
    case FaultKind::kBridge:
    case FaultKind::kOneWay:
      return BeginPartition(kind);
    case FaultKind::kSomeLinks:
      return BeginLinks(LinkFault::kCut, 0.3);
    case FaultKind::kStallLinks:
      return BeginLinks(LinkFault::kStall, 0.3);
    case FaultKind::kSlowLinks:
      return BeginLinks(LinkFault::kSlow, 0.5);
    case FaultKind::kLossyLinks:
      return BeginLinks(LinkFault::kLossy, 0.7);
    case FaultKind::kFlapping:
      return BeginFlapping();
    case FaultKind::kSwizzle:
      return BeginSwizzle();
    case FaultKind::kStrikeLeaders:
      return BeginStriking();
    case FaultKind::kCrashOne:
      return BeginCrash({Anyone()}, "crash-one");
    case FaultKind::kCrashLeader:
      return BeginCrash({SomeLeader()}, "crash-leader");
    case FaultKind::kCrashAll:
      return BeginCrash(cluster_.ids(), "crash-all");
    case FaultKind::kFreeze:
      return BeginFreeze(random_.Chance(0.5) ? SomeLeader() : Anyone());
    case FaultKind::kPauseMachine:
      return BeginPause();
    case FaultKind::kBreakConnections:
      return BeginBroken(random_.Chance(0.5) ? SomeLeader() : Anyone());
    case FaultKind::kHandOverDeaf:
      return BeginHandOverDeaf();
    case FaultKind::kLateAnswers:
      return BeginLateAnswers();
    case FaultKind::kLateWords:
      return BeginLateWords();
    case FaultKind::kSetOneClock:
      return BeginSetClock(cluster_.ids().front());
    case FaultKind::kLoseTail:
      return BeginLostTail();
    case FaultKind::kCutMove:
    case FaultKind::kCrashJoiner:
      return BeginAwaitingMove(kind);
    case FaultKind::kMoveLeader:
      MoveLeader();
      return nullptr;
    case FaultKind::kCrashInTurn:
    case FaultKind::kSlowCpu:
    case FaultKind::kSlowDisk:
    case FaultKind::kStallDisk:
    case FaultKind::kFailSync:
    case FaultKind::kFullDisk:
    case FaultKind::kJumpClock:
    case FaultKind::kBendClock:
    case FaultKind::kFlush:
      return BeginMachine(kind, random_.Chance(0.5) ? SomeLeader() : Anyone());
  }
  return nullptr;
}

Nemesis::Mend Nemesis::BreakLinks(std::vector<LinkRule> rules) {
  const Network::RuleSet set = cluster_.network().Break(std::move(rules));
  return [this, set] { cluster_.network().Mend(set); };
}

Nemesis::Mend Nemesis::BeginPartition(FaultKind kind) {
  const Nodes all = Shuffled();
  std::vector<LinkRule> rules;
  switch (kind) {
    case FaultKind::kIsolateOne:
      rules = Isolate(all, all.front());
      break;
    case FaultKind::kIsolateLeader:
      rules = Isolate(all, SomeLeader());
      break;
    case FaultKind::kHalves:
      rules = Halves(all, all.size() / 2);
      break;
    case FaultKind::kMajorityRing:
      rules = MajorityRing(all);
      break;
    case FaultKind::kBridge:
      rules = Bridge(all);
      break;
    default:
      // Deaf or dumb.
      rules = random_.Chance(0.5) ? OneWay({all.front()}, all, LinkFault::kCut)
                                  : OneWay(all, {all.front()}, LinkFault::kCut);
  }
  trace_.Add(TraceKind::kFault, NodeId(), StrCat(FaultName(kind), ": cut ", Describe(rules)));
  return BreakLinks(std::move(rules));
}

Nemesis::Mend Nemesis::BeginLinks(LinkFault fault, double share) {
  const double factor = static_cast<double>(random_.Between(5, 200));
  std::vector<LinkRule> rules;
  for (const LinkRule& rule : OneWay(cluster_.ids(), cluster_.ids(), fault, factor)) {
    if (random_.Chance(share)) rules.push_back(rule);
  }
  const char* verb = fault == LinkFault::kCut     ? "cut "
                     : fault == LinkFault::kStall ? "stall "
                     : fault == LinkFault::kSlow  ? "slow down "
                                                  : "make lossy ";
  trace_.Add(TraceKind::kFault, NodeId(), verb + Describe(rules));
  return BreakLinks(std::move(rules));
}

// A node's links come and go, faster than an election.
Nemesis::Mend Nemesis::BeginFlapping() {
  struct Flapping {
    bool over = false;
    std::optional<Network::RuleSet> cut;
  };
  const NodeId victim = Anyone();
  trace_.Add(TraceKind::kFault, victim, "flapping links");
  auto state = std::make_shared<Flapping>();
  auto flip = std::make_shared<std::function<void()>>();
  *flip = [this, state, victim, again = std::weak_ptr(flip)] {
    if (state->over) return;
    if (state->cut) {
      cluster_.network().Mend(*std::exchange(state->cut, std::nullopt));
    } else {
      state->cut = cluster_.network().Break(Isolate(cluster_.ids(), victim));
    }
    if (auto next = again.lock())
      queue_.After(Upto(absl::Milliseconds(120)), [next] { (*next)(); });
  };
  (*flip)();
  return [this, state, flip] {
    state->over = true;
    if (state->cut) cluster_.network().Mend(*state->cut);
  };
}

// Some nodes are clogged one by one, and let go in another order.
Nemesis::Mend Nemesis::BeginSwizzle() {
  Nodes victims = Shuffled();
  victims.resize(1 + random_.Below(victims.size()));
  trace_.Add(TraceKind::kFault, NodeId(), StrCat("swizzle ", Names(victims)));
  for (const NodeId victim : victims) {
    const absl::Duration begin = Upto(profile_.length_max);
    const absl::Duration length = Upto(profile_.length_max);
    queue_.After(begin, [this, victim, length] {
      if (!running_) return;
      trace_.Add(TraceKind::kFault, victim, "clogged");
      File(BreakLinks(Between({victim}, cluster_.ids(), LinkFault::kStall)), length,
           StrCat("unclog ", victim.ToString()));
    });
  }
  return nullptr;
}

Nemesis::Mend Nemesis::BeginStriking() {
  trace_.Add(TraceKind::kFault, NodeId(), "new leaders are struck");
  ++striking_;
  return [this] { --striking_; };
}

void Nemesis::Strike(NodeId leader) {
  if (!running_) return;
  if (random_.Chance(0.3)) {
    File(BeginCrash({leader}, "struck as a new leader"), Upto(profile_.length_max), "restart");
    return;
  }
  trace_.Add(TraceKind::kFault, leader, "cut off as a new leader");
  File(BreakLinks(Isolate(cluster_.ids(), leader)), Upto(profile_.length_max), "let in again");
}

Nemesis::Mend Nemesis::BeginCrash(Nodes victims, const std::string& why) {
  for (const NodeId victim : victims) cluster_.node(victim).Crash(why);
  return [this, victims] {
    for (const NodeId victim : victims) cluster_.node(victim).Boot();
  };
}

Nemesis::Mend Nemesis::BeginFreeze(NodeId victim) {
  cluster_.node(victim).Freeze();
  return [this, victim] { cluster_.node(victim).Thaw(); };
}

Nemesis::Mend Nemesis::BeginSetClock(NodeId victim) {
  const auto by = absl::Seconds(static_cast<int64_t>(random_.Below(7200)) - 3600);
  trace_.Add(TraceKind::kFault, victim, StrCat("set-one-clock by ", absl::FormatDuration(by)));
  SimEnv& env = cluster_.node(victim).machine().env;
  env.JumpWallTime(by);
  return [&env, by] { env.JumpWallTime(-by); };
}

Nemesis::Mend Nemesis::BeginMachine(FaultKind kind, NodeId victim) {
  SimNode& node = cluster_.node(victim);
  Machine& machine = node.machine();
  const double factor = static_cast<double>(random_.Between(5, 100));
  trace_.Add(TraceKind::kFault, victim, FaultName(kind));
  switch (kind) {
    case FaultKind::kCrashInTurn:
      if (node.up()) node.process()->DieAfterSends(random_.Below(6));
      return nullptr;
    case FaultKind::kSlowCpu:
      machine.cpu_slowdown = factor;
      return [&machine] { machine.cpu_slowdown = 1; };
    case FaultKind::kSlowDisk:
      machine.disk.slowdown = factor;
      return [&machine] { machine.disk.slowdown = 1; };
    case FaultKind::kStallDisk:
      machine.disk.stalled = true;
      return [&machine] { machine.disk.stalled = false; };
    case FaultKind::kFailSync:
      if (!node.up()) return nullptr;
      node.ExpectFailure();
      machine.log_files.FailNextSync();
      return nullptr;
    case FaultKind::kFullDisk:
      machine.log_files.SetCapacityBytes(machine.log_files.used_bytes());
      // What is left lies below the node's reserve, by turns a little and far.
      machine.data_files.SetCapacityBytes(machine.data_files.used_bytes() +
                                          kDiskReserveBytes / (faults_ % 2 == 0 ? 2 : 8));
      return [&machine] {
        machine.log_files.SetCapacityBytes(UINT64_MAX);
        machine.data_files.SetCapacityBytes(UINT64_MAX);
      };
    case FaultKind::kJumpClock: {
      const int64_t seconds = static_cast<int64_t>(random_.Below(7200));
      machine.env.JumpWallTime(absl::Seconds(seconds - 3600));
      return nullptr;
    }
    case FaultKind::kBendClock:
      machine.env.SetRate(random_.Chance(0.5) ? 1.5 : 0.6);
      return [&machine] { machine.env.SetRate(1); };
    case FaultKind::kFlush:
      machine.engine.Flush().IgnoreError();
      return nullptr;
    default:
      return nullptr;
  }
}

void Nemesis::MoveLeader() {
  const auto partitions = cluster_.Partitions();
  if (partitions.empty()) return;
  const ring::PartitionInfo& partition = partitions[random_.Below(partitions.size())];
  const NodeId leader = cluster_.LeaderOf(partition.id);
  if (!leader || !cluster_.node(leader).up()) return;
  const NodeId to = partition.replicas[random_.Below(partition.replicas.size())];
  trace_.Add(TraceKind::kAdmin, leader,
             StrCat("is to hand ", partition.id.ToString(), " to ", to.ToString()));
  cluster_.node(leader).process()->WhenRunning([partition = partition.id, to](Node& node) {
    node.TransferLeader(partition, to, [](absl::Status) {});
  });
}

void Nemesis::HealBut(const Nodes& dead) {
  running_ = false;
  for (auto& [fault, active] : std::exchange(active_, {})) active.mend();
  cluster_.network().MendAll();
  for (const NodeId id : cluster_.ids()) {
    const bool stays_dead = std::find(dead.begin(), dead.end(), id) != dead.end();
    SimNode& node = cluster_.node(id);
    if (!stays_dead) {
      node.Thaw();
      node.Boot();
      continue;
    }
    const uint64_t way = random_.Below(3);
    if (way == 0) node.Crash("not in the core");
    if (way == 1) node.Freeze();
    if (way == 2) {
      trace_.Add(TraceKind::kFault, id, "cut off for the time being");
      cluster_.network().Break(Isolate(cluster_.ids(), id));
    }
  }
}

Nodes Nemesis::Shuffled() {
  Nodes nodes = cluster_.ids();
  for (size_t i = nodes.size(); i > 1; --i) std::swap(nodes[i - 1], nodes[random_.Below(i)]);
  return nodes;
}

NodeId Nemesis::Anyone() { return cluster_.ids()[random_.Below(cluster_.ids().size())]; }

NodeId Nemesis::SomeLeader() {
  const auto partitions = cluster_.Partitions();
  if (partitions.empty()) return Anyone();
  const NodeId leader = cluster_.LeaderOf(partitions[random_.Below(partitions.size())].id);
  return leader ? leader : Anyone();
}

absl::Duration Nemesis::Upto(absl::Duration longest) {
  return longest * (static_cast<double>(random_.Below(1000)) / 1000);
}

}  // namespace quorate::sim
