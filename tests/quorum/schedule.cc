#include "schedule.h"

#include <iostream>

#include "base/strings.h"

namespace quorate::quorum {
namespace {

constexpr uint64_t kSessions = 3;
constexpr size_t kInFlightMax = 60;
constexpr uint64_t kSkewMaxUs = 100'000;

bool CarriesRecords(const Message& message) {
  return std::holds_alternative<WriteAsk>(message.body) ||
         std::holds_alternative<RunAsk>(message.body) ||
         std::holds_alternative<ReadAnswer>(message.body) ||
         std::holds_alternative<SyncAnswer>(message.body);
}

}  // namespace

Schedule::Schedule(ScheduleOptions options) : options_(options), random_(options.seed) {
  // With many keys, what went wrong with one isn't soon overwritten.
  keys_ = random_.Chance(0.5) ? 4 : 30;
  if (options.keys != 0) keys_ = options.keys;
  sync_permille_ = random_.Chance(0.5) ? 180 : 40;
  ClusterOptions cluster;
  cluster.replicas = random_.Chance(0.8) ? 3 : 2 + random_.Below(3);
  if (options.replicas != 0) cluster.replicas = options.replicas;
  if (options.moves) cluster.spares = 1 + random_.Below(2);
  if (options.moves) cluster.config.skew_us_max = kSkewMaxUs;
  if (options.impatient) cluster.config.leaver_patience = absl::Milliseconds(100);
  cluster.sync_at_once = false;
  cluster.keep_boot = options.keep_boot;
  cluster.policy = options.policy;
  cluster.config.bugs = options.bugs;
  cluster.config.sync_interval = absl::Milliseconds(20);
  cluster.config.sync_interval_idle = absl::Milliseconds(60);
  cluster.config.resend_interval = absl::Milliseconds(40);
  cluster.config.reserve_us = 50'000;
  // Small steps, so that the ways to continue are taken.
  cluster.config.sync_dots_max = 1 + random_.Below(6);
  cluster.config.trim_dots_max = 1 + random_.Below(6);
  cluster.config.sweep_keys = 5;
  cluster.config.sweep_interval = absl::Milliseconds(5);
  cluster.config.hedge_permille = 500;
  cluster.config.verify_interval = absl::Milliseconds(5);
  cluster.config.verify_keys = 3;
  cluster_ = std::make_unique<Cluster>(cluster);
  cluster_->ExpectViolations();  // told by Wrong()
  oracle_ = std::make_unique<Oracle>(*cluster_, cluster_->invariants(), options.freely);
  for (uint64_t node = 1; node <= cluster_->nodes(); ++node) {
    cluster_->SetCalendarOffset(node, AnyOffset());
  }
  if (!options.moves) return;
  moves_ = std::make_unique<Moves>(
      *cluster_, random_, [this](uint64_t node) { LoseRequests(node); },
      [this](const std::string& what) { Trace(what); }, options.freely);
}

// A joiner is not done before its time is surely new.
int64_t Schedule::AnyOffset() {
  return static_cast<int64_t>(random_.Below(options_.moves ? kSkewMaxUs / 2 : 2'000'000));
}

void Schedule::LoseRequests(uint64_t node) {
  Listen();
  for (uint64_t id : asked_[node]) oracle_->Lost(id);
  asked_[node].clear();
}

std::vector<uint64_t> Schedule::Replicas() const {
  if (moves_) return moves_->replicas();
  std::vector<uint64_t> all;
  for (uint64_t node = 1; node <= cluster_->replicas(); ++node) all.push_back(node);
  return all;
}

void Schedule::Trace(const std::string& what) {
  if (options_.trace) std::cerr << absl::FormatDuration(cluster_->now()) << " " << what << "\n";
}

std::string Schedule::Run() {
  for (uint32_t i = 0; i < options_.steps; ++i) {
    Step();
    Listen();
    if (i % 50 == 0) {
      for (uint64_t node : cluster_->living()) {
        cluster_->invariants().CheckSeen(NodeId(node), cluster_->core(node).knowledge().seen,
                                         cluster_->store(node));
      }
    }
    if (const std::string wrong = Wrong(); !wrong.empty()) return wrong;
  }
  return Heal();
}

std::string Schedule::Wrong() {
  if (!cluster_->invariants().violations().empty()) {
    return cluster_->invariants().violations().front();
  }
  if (!not_noticed_.empty()) return not_noticed_;
  for (uint64_t node : cluster_->living()) {
    if (cluster_->core(node).has_forgotten() && !options_.unnoticed)
      return StrCat("n", node, " takes its disk for an older copy");
  }
  return oracle_->violations().empty() ? "" : oracle_->violations().front();
}

void Schedule::Listen() {
  for (const Answered& answer : cluster_->TakeAnswers()) {
    Trace(StrCat("n", answer.node, " answers ", answer.reply.id, " ",
                 answer.reply.status.ToString(), " ", answer.reply.receipt.dot.ToString()));
    oracle_->Told(answer, cluster_->now());
    if (answer.reply.status.ok() && answer.reply.receipt.dot) {
      cluster_->invariants().Acknowledged(answer.reply.receipt.dot);
    }
  }
}

uint64_t Schedule::AnyLiving() {
  const std::vector<uint64_t> living = cluster_->living();
  return living.empty() ? 0 : living[random_.Below(living.size())];
}

void Schedule::Step() {
  const uint64_t dice = random_.Below(1000);
  if (random_.Chance(0.3)) cluster_->Pass(absl::Microseconds(random_.Below(4000)));
  if (calm_steps_ > 0) return StepCalm();
  const uint64_t node = AnyLiving();
  if (moves_ && random_.Chance(0.04)) return moves_->Step();
  if (node != 0 && dice < 120) {
    cluster_->Tick(node);
  } else if (node != 0 && dice < 120 + sync_permille_) {
    cluster_->Sync(node, random_.Between(1, 4));
  } else if (dice < 820) {
    StepNetwork();
  } else if (node != 0 && dice < 975) {
    StepClient();
  } else {
    StepFault();
  }
}

void Schedule::StepCalm() {
  if (calm_steps_ > 0) --calm_steps_;
  for (uint64_t node : cluster_->living()) cluster_->SyncAll(node);
  if (random_.Chance(0.1)) {
    cluster_->Pass(absl::Milliseconds(5));
    for (uint64_t node : cluster_->living()) cluster_->Tick(node);
  }
  if (!cluster_->in_flight().empty()) cluster_->DeliverAt(0);
}

void Schedule::StepNetwork() {
  auto& flight = cluster_->in_flight();
  while (flight.size() > kInFlightMax) flight.pop_front();
  if (flight.empty()) return;
  const size_t at = random_.Chance(0.5) ? 0 : random_.Below(flight.size());
  const uint64_t dice = random_.Below(100);
  if (dice < 3) {
    flight.push_back(flight[at]);
  } else if (dice < 7) {
    if (CarriesRecords(flight[at])) late_.push_back(flight[at]);
  } else if (dice < 10 && !late_.empty()) {
    flight.push_back(late_[random_.Below(late_.size())]);
  } else if (dice < 16) {
    flight.erase(flight.begin() + static_cast<std::ptrdiff_t>(at));
  } else {
    const Message& message = flight[at];
    Trace(StrCat("deliver ", message.from.ToString(), " to ", message.to.ToString(), " kind ",
                 message.body.index()));
    cluster_->DeliverAt(at);
  }
}

void Schedule::StepClient() {
  const uint64_t node = AnyLiving();
  const uint64_t session = options_.wipes || options_.impatient ? 0 : random_.Between(0, kSessions);
  if (!random_.Chance(0.5)) return StartRead(node, session);
  const bool blind = options_.runs && options_.seed % 2 == 0 && options_.policy == nullptr;
  blind&& random_.Chance(0.4) ? StartRun(node) : StartWrite(node, session);
}

Change Schedule::AnyChange(uint64_t node, uint64_t id, const std::string& key) {
  if (options_.change) {
    return options_.change(random_, id, key, cluster_->store(node).Lookup(key));
  }
  Change change;
  change.remove = random_.Chance(0.3);
  if (change.remove) return change;
  change.argument = StrCat("v", id);
  if (random_.Chance(0.1)) {
    change.expires_at_us = cluster_->NowAt(node).calendar_us + random_.Below(300'000);
  }
  return change;
}

Level Schedule::AnyWriteLevel() {
  const Level levels[] = {Level::kOne, Level::kTwo, Level::kQuorum, Level::kQuorum, Level::kAll};
  const Level level = levels[random_.Below(5)];
  if (!options_.wipes && !options_.impatient) return level;
  return random_.Chance(0.8) ? Level::kQuorum : Level::kAll;
}

void Schedule::StartRun(uint64_t node) {
  RunRequest run;
  run.id = next_id_;
  run.level = AnyWriteLevel();
  run.deadline = cluster_->now() + absl::Milliseconds(random_.Chance(0.7) ? 100 : 1000);
  for (uint64_t left = random_.Between(1, 5); left > 0; --left) {
    WriteRequest write;
    write.id = next_id_++;
    write.key = StrCat("k", random_.Below(keys_));
    write.change = AnyChange(node, write.id, write.key);
    write.level = run.level;
    write.deadline = run.deadline;
    oracle_->Asked(write.id, write, node, 0);
    asked_[node].push_back(write.id);
    run.writes.push_back({write.key, write.change});
  }
  Trace(
      StrCat("n", node, " run ", run.id, " of ", run.writes.size(), " at ", LevelName(run.level)));
  cluster_->WriteRun(node, std::move(run));
}

void Schedule::StartWrite(uint64_t node, uint64_t session) {
  WriteRequest request;
  request.id = next_id_++;
  request.key = StrCat("k", random_.Below(keys_));
  request.change = AnyChange(node, request.id, request.key);
  request.level = AnyWriteLevel();
  request.deadline = cluster_->now() + absl::Milliseconds(random_.Chance(0.7) ? 100 : 1000);
  if (session != 0) request.session = oracle_->session(session);
  Trace(
      StrCat("n", node, " write ", request.id, " ", request.key, " at ", LevelName(request.level)));
  oracle_->Asked(request.id, request, node, session);
  asked_[node].push_back(request.id);
  cluster_->Write(node, request);
}

void Schedule::StartRead(uint64_t node, uint64_t session) {
  ReadRequest request;
  request.id = next_id_++;
  request.key = StrCat("k", random_.Below(keys_));
  const Level levels[] = {Level::kOne,    Level::kTwo, Level::kQuorum, Level::kQuorum,
                          Level::kQuorum, Level::kAll, Level::kBounded};
  request.level = levels[random_.Below(7)];
  if (session != 0 && random_.Chance(0.5)) request.level = Level::kSession;
  if (options_.wipes || options_.impatient)
    request.level = random_.Chance(0.8) ? Level::kQuorum : Level::kAll;
  request.bound = absl::Milliseconds(random_.Below(60));
  request.deadline = cluster_->now() + absl::Milliseconds(random_.Chance(0.7) ? 100 : 1000);
  if (session != 0) request.session = oracle_->session(session);
  Trace(
      StrCat("n", node, " read ", request.id, " ", request.key, " at ", LevelName(request.level)));
  oracle_->Asked(request.id, request, session);
  asked_[node].push_back(request.id);
  cluster_->Read(node, request);
}

void Schedule::Crash(uint64_t node, size_t kept) {
  Listen();
  Trace(StrCat("n", node, " crashes"));
  cluster_->Crash(node, kept);
  if (moves_ && random_.Chance(0.3)) cluster_->ForgetTopology(node);
  LoseRequests(node);
}

void Schedule::CrashPerhapsForGood(uint64_t node) {
  Crash(node, random_.Below(cluster_->unsynced(node) + 1));
  if (options_.wipes && MayBeWiped(node) && random_.Chance(0.5)) Wipe(node);
}

void Schedule::StepFault() {
  if (options_.wipes && random_.Chance(options_.losses)) return StepLoss();
  if (options_.old_copies && random_.Chance(0.4)) return StepOldCopy();
  const uint64_t replicas = cluster_->nodes();
  const uint64_t node = random_.Between(1, replicas);
  const uint64_t dice = random_.Below(100);
  if (cluster_->down(node)) {
    Trace(StrCat("n", node, " starts"));
    cluster_->Restart(node);
  } else if (!cluster_->alive(node)) {
    return;  // no copy is there
  } else if (dice < 30) {
    CrashPerhapsForGood(node);
  } else if (dice < 45) {
    Trace(StrCat("n", node, " is isolated"));
    cluster_->Isolate(node);
  } else if (dice < 55) {
    cluster_->Cut(node, random_.Between(1, replicas));
  } else if (dice < 65) {
    cluster_->PeerGone(node, 1 + node % replicas);
  } else if (dice < 90) {
    Trace("the network heals");
    cluster_->Heal();
    if (random_.Chance(0.5)) calm_steps_ = static_cast<uint32_t>(random_.Below(200));
  } else {
    cluster_->SetCalendarOffset(node, AnyOffset());
  }
}

void Schedule::BringToRest() {
  if (!moves_) return cluster_->Settle(90);
  for (int round = 0; round < 400 && !moves_->at_rest(); ++round) {
    moves_->StepToRest();
    cluster_->Settle(1);
    Listen();
  }
  // One that is alone at last lets go of a few dots with each tick, and of no more.
  cluster_->Settle(250);
}

std::string Schedule::Heal() {
  Trace("all heals");
  for (uint64_t node = 1; node <= cluster_->nodes(); ++node) {
    if (cluster_->down(node)) cluster_->Restart(node);
  }
  cluster_->Heal();
  cluster_->options().sync_at_once = true;
  for (uint64_t node : cluster_->living()) cluster_->SyncAll(node);
  BringToRest();
  Listen();
  if (moves_ && !moves_->at_rest()) return "a move does not come to its end";
  const std::vector<uint64_t> replicas = Replicas();
  const uint64_t first = replicas.front();
  for (uint64_t node : replicas) {
    Core& core = cluster_->core(node);
    Trace(StrCat("n", node, " seen ", core.knowledge().seen.ToString(), " logged ",
                 core.logged().ToString(), " covered ", core.Covered().ToString()));
  }
  for (uint64_t node : replicas) {
    if (!cluster_->core(node).filled()) return StrCat("n", node, " is not filled at rest");
    if (cluster_->core(node).records_repaired() != 0) return StrCat("n", node, " found damage");
    const MapStore& store = cluster_->store(node);
    cluster_->invariants().CheckSeen(NodeId(node), cluster_->core(node).knowledge().seen, store);
    if (!store.dot_log.empty()) return StrCat("the dot log of n", node, " is not empty at rest");
    if (store.records != cluster_->store(first).records) {
      return StrCat("n", node, " is not the same as n", first, " at rest");
    }
    for (const auto& [key, record] : store.records) {
      if (record.Dead(cluster_->NowAt(node).calendar_us)) {
        return StrCat("n", node, " keeps the dead ", key, " at rest");
      }
    }
  }
  oracle_->AtRest(cluster_->store(first));
  if (oracle_->open() != 0) return StrCat(oracle_->open(), " requests were never answered");
  return Wrong();
}

}  // namespace quorate::quorum
