#include "sim/simulation.h"

#include <algorithm>
#include <memory>
#include <sstream>
#include <utility>

#include "base/strings.h"
#include "check/final_state.h"
#include "check/format.h"
#include "check/linearizable.h"
#include "sim/cluster.h"
#include "sim/convergence.h"
#include "sim/event_queue.h"
#include "sim/fate_traps.h"
#include "sim/hinted_writes.h"
#include "sim/history.h"
#include "sim/keyspaces.h"
#include "sim/leaderless_load.h"
#include "sim/members.h"
#include "sim/merging_load.h"
#include "sim/nemesis.h"
#include "sim/oracle.h"
#include "sim/register_load.h"
#include "sim/trace.h"
#include "sim/workload.h"

namespace quorate::sim {
namespace {

constexpr size_t kTraceKept = 20'000;
constexpr size_t kTimelineLines = 300;
constexpr uint32_t kHintingClients = 2;
constexpr absl::Duration kPoll = absl::Milliseconds(20);
// A run in which less was answered proves nothing.
constexpr uint64_t kDoneMin = 20;

class Run {
 public:
  explicit Run(const RunOptions& options)
      : options_(options),
        random_(options.seed),
        knobs_(Roll()),
        trace_(queue_, kTraceKept, options.live),
        oracle_([this](std::string what) { Violation(std::move(what)); }),
        cluster_(queue_, trace_, random_.Fork(), knobs_,
                 [this](std::string what) { Violation(std::move(what)); }),
        keyspaces_(queue_, trace_, random_.Fork(), knobs_.workload, cluster_),
        workload_(queue_, trace_, random_.Fork(), knobs_.workload, cluster_, oracle_,
                  [this](std::string what) { Violation(std::move(what)); }),
        nemesis_(queue_, trace_, random_.Fork(), knobs_.nemesis, cluster_),
        members_(queue_, trace_, Random(~options.seed / 7), knobs_.workload, cluster_,
                 [this] { AskOnly(cluster_.ids()); }),
        // A stream of its own: what other profiles roll stays as it is.
        leaderless_(queue_, trace_, Random(~options.seed), cluster_,
                    [this](std::string what) { Violation(std::move(what)); }),
        merging_(queue_, trace_, Random(~options.seed / 3), cluster_,
                 [this](std::string what) { Violation(std::move(what)); }),
        hinted_(queue_, trace_, Random(~options.seed + kHintingClients), cluster_,
                [this](std::string what) { Violation(std::move(what)); }),
        registers_(queue_, trace_, Random(~options.seed + 1), cluster_,
                   [this](std::string what) { Violation(std::move(what)); }),
        fate_traps_(queue_, trace_, Random(~options.seed / 5), cluster_,
                    [this](std::string what) { Violation(std::move(what)); }) {
    cluster_.OnDeath([this](NodeId node) {
      workload_.NodeDied(node);
      merging_.NodeDied(node);
    });
  }

  RunResult Execute() {
    trace_.Add(TraceKind::kPhase, NodeId(),
               StrCat("seed ", options_.seed, ": ", knobs_.Describe()));
    SafetyPhase();
    LivenessPhase();
    HealedPhase();
    JudgeHistory();
    return Result();
  }

 private:
  Knobs Roll() {
    Knobs knobs = RollKnobs(options_.profile, random_);
    if (options_.nodes) knobs.nodes = *options_.nodes;
    if (options_.safety) knobs.safety = *options_.safety;
    knobs.node.bugs = options_.bugs;
    return knobs;
  }

  void Violation(std::string what) {
    if (!violation_.empty()) return;
    violation_ = std::move(what);
    trace_.Add(TraceKind::kViolation, NodeId(), violation_);
    queue_.Stop();
  }
  bool violated() const { return !violation_.empty(); }

  void Phase(std::string what) { trace_.Add(TraceKind::kPhase, NodeId(), std::move(what)); }

  // What is slow in a healthy cluster: a few elections, and some bytes moved.
  absl::Duration Patience() const {
    return absl::Seconds(10) + knobs_.node.tick * knobs_.node.election_ticks * 40;
  }

  // Runs until `done` or until patience is at its end.
  bool Await(const std::function<bool()>& done) {
    const absl::Duration end = queue_.now() + Patience();
    while (!violated() && queue_.now() < end) {
      if (done()) return true;
      queue_.RunUntil(queue_.now() + kPoll);
    }
    return !violated() && done();
  }

  void SafetyPhase() {
    oracle_.ExpectExpiry(knobs_.expiry_bound, knobs_.safety);
    cluster_.BootAll();
    keyspaces_.Start();
    workload_.Start([this] { return keyspaces_.usable(); });
    const CalendarBounds calendars{knobs_.wall_offset_max + knobs_.calendars_apart,
                                   knobs_.clock_drift_max,
                                   [this](NodeId node, absl::Duration then) {
                                     return cluster_.node(node).MisledBehindSince(then);
                                   }};
    leaderless_.ExpectCalendars(calendars);
    const bool disks_go = knobs_.workload.member_kills;
    leaderless_.Start(knobs_.workload.leaderless_clients, disks_go);
    merging_.ExpectCalendars(calendars);
    merging_.Start(knobs_.workload.leaderless_clients / 2, disks_go);
    const bool hints = knobs_.workload.leaderless_clients > 0 && !disks_go;
    hinted_.Start(hints ? kHintingClients : 0);
    registers_.Start(knobs_.workload.leaderless_clients != 0);
    fate_traps_.Start(knobs_.workload.fate_traps);
    queue_.At(absl::Milliseconds(random_.Below(1000)), [this] { StartNemesis(); });
    queue_.RunUntil(knobs_.safety);
  }

  // Faults may lie so thick that no majority ever meets among them: no keyspace would
  // be made, and replicas that need no majority would have nothing to do.
  void StartNemesis() {
    if (knobs_.workload.member_churn && !members_started_) {
      members_started_ = true;
      members_.Start();
    }
    const bool ready = leaderless_.ready() && merging_.ready() && registers_.ready();
    if (ready && fate_traps_.ready()) return nemesis_.Start();
    queue_.After(kPoll, [this] { StartNemesis(); });
  }

  void AskOnly(const Nodes& nodes) {
    workload_.AskOnly(nodes);
    leaderless_.AskOnly(nodes);
    merging_.AskOnly(nodes);
    hinted_.AskOnly(nodes);
    registers_.AskOnly(nodes);
  }

  void LivenessPhase() {
    if (violated()) return;
    members_.Stop();
    const Nodes killed = members_.killed();
    const Nodes dead = ChooseDead(cluster_, knobs_.node.learners, killed, random_);
    Nodes core = cluster_.ids();
    for (const NodeId id : dead) core.erase(std::find(core.begin(), core.end(), id));
    Phase(StrCat("a core of ", core.size(), " is healed, ", dead.size(), " stay dead"));
    keyspaces_.Stop();
    fate_traps_.Stop();
    nemesis_.HealBut(dead);
    cluster_.network().CalmDown();
    AskOnly(core);
    if (!Await([this] { return keyspaces_.AllThere(); })) {
      return Violation("a healed majority did not make the keyspaces asked for");
    }
    Nodes silent = dead;
    silent.insert(silent.end(), killed.begin(), killed.end());
    ProveAll(silent);
  }

  void HealedPhase() {
    if (violated()) return;
    Phase("all is healed");
    nemesis_.HealBut({});
    AskOnly(cluster_.ids());
    ProveAll(members_.killed());
    workload_.Stop();
    leaderless_.Stop();
    merging_.Stop();
    hinted_.Stop();
    registers_.Stop();
    if (!Await([this] {
          return workload_.in_flight() + leaderless_.in_flight() + merging_.in_flight() +
                     hinted_.in_flight() + registers_.in_flight() ==
                 0;
        })) {
      return Violation("operations are still under way");
    }
    std::string differs;
    const bool equal = Await([this, &differs] {
      differs = knobs_.workload.member_churn ? members_.WhatMoves() : "";
      if (differs.empty()) differs = WhatDiffers(cluster_);
      if (differs.empty()) differs = leaderless_.WhatDiffers();
      if (differs.empty()) differs = merging_.WhatDiffers();
      if (differs.empty()) differs = hinted_.WhatIsMissing();
      if (differs.empty()) differs = registers_.WhatDiffers();
      if (differs.empty()) differs = fate_traps_.WhatIsWrong();
      return differs.empty();
    });
    if (!equal) return Violation(StrCat("the replicas did not become equal: ", differs));
    // A journal goes with a disk that is lost, and only with that.
    std::string wrong = knobs_.workload.member_kills ? "" : leaderless_.WhatIsWrong();
    if (!wrong.empty()) return Violation(wrong);
    if (wrong = merging_.WhatIsWrong(); !wrong.empty()) return Violation(wrong);
    ReadAll();
  }

  // Each partition takes a write and answers a read before long. One that was
  // made while nodes were dead may have been placed on them.
  void ProveAll(const Nodes& dead) {
    if (violated()) return;
    unproven_ = 0;
    for (const ring::PartitionInfo& partition : cluster_.Partitions()) {
      if (partition.id == kMetaPartition) continue;
      if (!KeepsMajority(partition, knobs_.node.learners, dead)) continue;
      ++unproven_;
      Prove(partition.id, OpKind::kWrite);
    }
    if (!Await([this] { return unproven_ == 0; })) {
      Violation(StrCat(unproven_, " partitions are not answering"));
    }
  }

  void Prove(PartitionId partition, OpKind kind) {
    const auto topology = cluster_.topology();
    if (topology != nullptr && topology->FindPartition(partition) == nullptr) {
      --unproven_;  // dropped meanwhile
      return;
    }
    Op op;
    op.id = workload_.NextOpId();
    op.kind = kind;
    op.keyspace = "(proof)";
    op.level = kind == OpKind::kWrite ? Level::kQuorum : Level::kLinearizable;
    if (kind == OpKind::kWrite) {
      kv::Mutation put;
      put.key = "rproof";
      put.value = StrCat("v", op.id, ".");
      op.mutations.push_back(std::move(put));
    } else {
      op.keys = {"rproof"};
    }
    workload_.Run(std::move(op), partition, [this, partition, kind](const Op& ended) {
      if (ended.outcome != Outcome::kDone) return Again(partition, kind);
      if (kind == OpKind::kWrite) return Prove(partition, OpKind::kLookup);
      --unproven_;
    });
  }

  void Again(PartitionId partition, OpKind kind) {
    queue_.After(kPoll, [this, partition, kind] { Prove(partition, kind); });
  }

  // Every key there ever was, once, through the front door.
  void ReadAll() {
    const auto topology = cluster_.topology();
    uint64_t unread = 0;
    for (const auto& [name, keyspace] : topology->keyspaces) {
      for (const std::string& key : workload_.generator().KeysEverUsed(name)) {
        ++unread;
        ReadBack(keyspace.PartitionOf(key).id, key, unread);
      }
    }
    if (!Await([&unread] { return unread == 0; })) {
      Violation(StrCat(unread, " keys could not be read back"));
    }
  }

  void ReadBack(PartitionId partition, const std::string& key, uint64_t& unread) {
    Op op;
    op.id = workload_.NextOpId();
    op.kind = OpKind::kLookup;
    op.keyspace = "(at the end)";
    op.keys = {key};
    workload_.Run(std::move(op), partition, [this, partition, key, &unread](const Op& ended) {
      if (ended.outcome == Outcome::kDone) {
        --unread;
      } else {
        ReadBack(partition, key, unread);
      }
    });
  }

  void JudgeHistory() {
    history_ = MakeHistory(workload_.history());
    if (violated()) return;
    const check::LinearizabilityReport order = check::CheckLinearizable(history_);
    overlapping_ = order.overlapping;
    proves_nothing_ = order.verdict == check::Verdict::kNothingChecked;
    if (order.verdict != check::Verdict::kPassed) return Violation(check::FormatReport(order));
    if (registers_.armed() && !JudgeRegisters()) return;
    check::History last = Restrict(history_, cluster_.Partitions());
    AddFinalState(cluster_, cluster_.Partitions(), last);
    const check::FinalStateReport end = check::CheckFinalState(last);
    if (end.verdict != check::Verdict::kPassed) return Violation(check::FormatReport(end));
    const uint64_t done = leaderless_.armed() ? leaderless_.done() : oracle_.counts().done;
    if (done < kDoneMin) {
      proves_nothing_ = true;
      Violation(StrCat("only ", done, " operations were done: nothing is proved"));
    }
  }

  // There are few of them beside the others: a run in which none met another proves
  // nothing of them, and is not wrong. Of many runs it is asked that they do.
  bool JudgeRegisters() {
    const check::LinearizabilityReport order =
        check::CheckLinearizable(registers_.History(), {.each_write_has_version = false});
    registers_overlapping_ = order.overlapping;
    if (order.verdict == check::Verdict::kPassed ||
        order.verdict == check::Verdict::kNothingChecked) {
      return true;
    }
    Violation(StrCat("registers: ", check::FormatReport(order)));
    return false;
  }

  RunResult Result() {
    RunResult result;
    result.seed = options_.seed;
    result.violation = violation_;
    result.knobs = knobs_.Describe();
    result.trace_hash = trace_.hash();
    result.events = queue_.events_run();
    result.virtual_time = queue_.now();
    result.done = oracle_.counts().done;
    result.failed = oracle_.counts().failed;
    result.unknown = oracle_.counts().unknown;
    result.faults = nemesis_.faults();
    result.overlapping = overlapping_;
    result.registers_overlapping = registers_overlapping_;
    result.proves_nothing = proves_nothing_;
    result.history = std::move(history_);
    if (violated()) {
      std::ostringstream lines;
      trace_.Print(lines, kTimelineLines, /*with_frames=*/false);
      result.timeline = lines.str();
    }
    return result;
  }

  const RunOptions options_;
  EventQueue queue_;
  Random random_;
  Knobs knobs_;
  Trace trace_;
  std::string violation_;
  Oracle oracle_;
  Cluster cluster_;
  Keyspaces keyspaces_;
  Workload workload_;
  Nemesis nemesis_;
  Members members_;
  LeaderlessLoad leaderless_;
  MergingLoad merging_;
  HintedWrites hinted_;
  RegisterLoad registers_;
  FateTraps fate_traps_;
  bool members_started_ = false;
  uint64_t unproven_ = 0;
  uint64_t overlapping_ = 0;
  uint64_t registers_overlapping_ = 0;
  bool proves_nothing_ = false;
  check::History history_;
};

}  // namespace

RunResult Simulate(const RunOptions& options) { return Run(options).Execute(); }

}  // namespace quorate::sim
