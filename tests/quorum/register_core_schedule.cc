#include "register_core_schedule.h"

#include <iostream>

#include "base/error.h"
#include "base/strings.h"
#include "quorum/register_record.h"

namespace quorate::quorum {
namespace {

constexpr size_t kInFlightMax = 80;
const RegisterPolicy kRegisters;

bool CarriesValues(const Message& message) {
  const auto* ask = std::get_if<RegisterAsk>(&message.body);
  return (ask != nullptr && ask->request.kind == RegisterRequest::Kind::kAccept) ||
         std::holds_alternative<SyncAnswer>(message.body);
}

// What others may know of what a replica holds.
std::map<std::string, Record> SharedOf(const MapStore& store) {
  std::map<std::string, Record> shared;
  for (const auto& [key, record] : store.records) {
    const auto body = RegisterBodyOf(record);
    if (const auto one = SharedRegisterRecord(*body); one) shared[key] = *one;
  }
  return shared;
}

}  // namespace

RegisterCoreSchedule::RegisterCoreSchedule(RegisterCoreOptions options)
    : options_(std::move(options)), random_(options_.seed) {
  ClusterOptions cluster;
  cluster.replicas = random_.Chance(0.7) ? 3 : 5;
  if (options_.replicas != 0) cluster.replicas = options_.replicas;
  if (options_.moves) cluster.spares = 1 + random_.Below(2);
  cluster.sync_at_once = false;
  cluster.policy = &kRegisters;
  Config& config = cluster.config;
  config.bugs = options_.core_bugs;
  config.bugs.registers = options_.bugs;
  // Else none that was filled would write again.
  if (options_.losses_percent != 0 || options_.moves)
    config.skew_us_max = profile().skew_us_max + 60'000;
  config.sync_interval = absl::Milliseconds(static_cast<int64_t>(profile().repairs_every_ms));
  config.sync_interval_idle = 3 * config.sync_interval;
  config.resend_interval = absl::Milliseconds(30);
  config.reserve_us = 50'000;
  config.sync_dots_max = 1 + random_.Below(6);
  config.trim_dots_max = 1 + random_.Below(6);
  config.sweep_keys = 5;
  config.sweep_interval = absl::Milliseconds(5);
  config.verify_interval = absl::Milliseconds(5);
  config.verify_keys = 3;
  config.bare_promise_age = absl::Milliseconds(150);
  cluster_ = std::make_unique<Cluster>(cluster);
  cluster_->ExpectViolations();  // told by Wrong()
  for (uint64_t node = 1; node <= cluster_->nodes(); ++node) {
    cluster_->SetCalendarOffset(node, static_cast<int64_t>(random_.Below(profile().skew_us_max)));
  }
  clients_.resize(profile().clients + 1);
  if (!options_.moves) return;
  moves_ = std::make_unique<Moves>(
      *cluster_, random_, [this](uint64_t node) { LoseRequests(node); },
      [this](const std::string& what) { Trace(what); }, options_.freely);
}

void RegisterCoreSchedule::Trace(const std::string& what) {
  if (options_.trace) std::cerr << absl::FormatDuration(cluster_->now()) << " " << what << "\n";
}

std::string RegisterCoreSchedule::Run() {
  for (uint32_t i = 0; i < profile().steps; ++i) {
    Step();
    Listen();
    if (const std::string wrong = Wrong(); !wrong.empty()) return wrong;
  }
  if (std::string wrong = Heal(); !wrong.empty()) return wrong;
  check::History history;
  for (const RegisterEvent& event : events_) history.Append(HistoryEntry(event));
  return JudgeHistory(history);
}

std::string RegisterCoreSchedule::Wrong() {
  for (uint64_t node : cluster_->living()) {
    if (cluster_->core(node).has_forgotten()) {
      return StrCat("n", node, " takes its disk for an older copy");
    }
  }
  const auto& violations = cluster_->invariants().violations();
  return violations.empty() ? "" : violations.front();
}

uint64_t RegisterCoreSchedule::AnyLiving() {
  const std::vector<uint64_t> living = cluster_->living();
  return living.empty() ? 0 : living[random_.Below(living.size())];
}

void RegisterCoreSchedule::Step() {
  if (random_.Chance(0.3)) cluster_->Pass(absl::Microseconds(random_.Below(3000)));
  if (calm_steps_ > 0) return StepCalm();
  const uint64_t dice = random_.Below(1000);
  const uint64_t node = AnyLiving();
  if (moves_ && random_.Chance(0.04)) return moves_->Step();
  if (dice < profile().faults_permille || node == 0) return StepFault();
  if (dice < 120) return cluster_->Tick(node);
  if (dice < 120 + profile().syncs_permille) {
    (void)cluster_->Sync(node, random_.Between(1, 4));
  } else if (dice < 400) {
    StepClient();
  } else {
    StepNetwork();
  }
}

void RegisterCoreSchedule::StepCalm() {
  if (calm_steps_ > 0) --calm_steps_;
  for (uint64_t node : cluster_->living()) cluster_->SyncAll(node);
  if (random_.Chance(0.1)) {
    cluster_->Pass(absl::Milliseconds(5));
    for (uint64_t node : cluster_->living()) cluster_->Tick(node);
  }
  if (!cluster_->in_flight().empty()) cluster_->DeliverAt(0);
}

void RegisterCoreSchedule::StepNetwork() {
  auto& flight = cluster_->in_flight();
  while (flight.size() > kInFlightMax) flight.pop_front();
  if (flight.empty()) return;
  const size_t at = random_.Chance(0.5) ? 0 : random_.Below(flight.size());
  uint64_t dice = random_.Below(100);
  if (dice < 3) return flight.push_back(flight[at]);
  if (dice < 3 + profile().late_percent) {
    if (!CarriesValues(flight[at])) return;
    late_.push_back(flight[at]);
    if (random_.Chance(0.5)) flight.erase(flight.begin() + static_cast<std::ptrdiff_t>(at));
    return;
  }
  dice -= 3 + profile().late_percent;
  if (dice < 3 && !late_.empty()) return flight.push_back(late_[random_.Below(late_.size())]);
  if (dice >= 3 && dice < 3 + profile().losses_percent) {
    flight.erase(flight.begin() + static_cast<std::ptrdiff_t>(at));
    return;
  }
  const Message& message = flight[at];
  Trace(StrCat("deliver ", message.from.ToString(), " to ", message.to.ToString(), " kind ",
               message.body.index()));
  cluster_->DeliverAt(at);
}

RegisterOp RegisterCoreSchedule::AnyOp(const Client& client) {
  using Condition = RegisterCondition::Kind;
  const RegisterCoreProfile& p = profile();
  RegisterOp op;
  uint64_t dice = random_.Below(100);
  const auto within = [&dice](uint64_t weight) {
    const bool hit = dice < weight;
    dice -= hit ? 0 : weight;
    return hit;
  };
  op.value = StrCat(next_value_++ * 1000);
  if (within(p.reads_percent)) {
    op.kind = RegisterOp::Kind::kRead;
  } else if (within(p.puts_percent)) {
    op.kind = RegisterOp::Kind::kPut;
  } else if (within(p.deletes_percent)) {
    op.kind = RegisterOp::Kind::kDelete;
    op.tells_found = random_.Chance(0.5);
  } else if (within(p.conditions_percent)) {
    op.kind = random_.Chance(0.8) ? RegisterOp::Kind::kPut : RegisterOp::Kind::kDelete;
    op.condition.kind = static_cast<Condition>(random_.Between(1, 4));
    if (op.condition.kind == Condition::kVersion && !client.version) {
      op.condition.kind = Condition::kAbsent;
    }
    op.condition.version = client.version;
    op.condition.value = client.value;
  } else {
    op.kind = RegisterOp::Kind::kAdd;
    op.delta = static_cast<int64_t>(random_.Between(1, 9));
  }
  return op;
}

void RegisterCoreSchedule::StepClient() {
  if (!unknown_.empty() && random_.Chance(0.3)) {
    return AskFate(
        std::next(unknown_.begin(), static_cast<std::ptrdiff_t>(random_.Below(unknown_.size())))
            ->first);
  }
  const uint64_t client = random_.Between(1, profile().clients);
  if (clients_[client].operation != 0 || events_.size() >= profile().operations_max) return;
  if (!random_.Chance(0.4)) return;
  Start(AnyLiving(), client, AnyKey(), AnyOp(clients_[client]));
}

void RegisterCoreSchedule::Start(uint64_t node, uint64_t client, const std::string& key,
                                 RegisterOp op) {
  Trace(StrCat("c", client, " asks n", node, " for ", static_cast<int>(op.kind), " of ", key, " ",
               op.value, " delta ", op.delta, " if ", static_cast<int>(op.condition.kind)));
  events_.push_back({client, key, op, ++moment_us_, std::nullopt, {}});
  clients_[client].operation = events_.size();
  RegisterCall call;
  call.id = events_.size();
  call.key = key;
  call.op = std::move(op);
  call.deadline = cluster_->now() + absl::Milliseconds(random_.Chance(0.7) ? 150 : 1500);
  if (options_.operations && !call.op.IsRead()) {
    call.operation = NextOperation(node);
    asked_[call.id] = call.operation->id;
  }
  open_[call.id] = {node, events_.size() - 1};
  cluster_->Operate(node, call);
}

OperationAsk RegisterCoreSchedule::NextOperation(uint64_t node) {
  auto& [writer, sequence] = writers_[node];
  if (writer == 0) {
    cluster_->SyncAll(node);
    cluster_->options().sync_at_once = true;
    writer = cluster_->OpenWriter(node);
    cluster_->options().sync_at_once = false;
    sequence = 0;
  }
  ++sequence;
  return {{writer, sequence}, 0, static_cast<uint32_t>(events_.size())};
}

void RegisterCoreSchedule::AskFate(size_t index) {
  const uint64_t node = AnyLiving();
  if (node == 0) return;
  const bool fence = random_.Chance(0.9);
  questions_[cluster_->Resolve(node, unknown_.at(index), fence, Level::kLinearizable)] = index;
}

bool RegisterCoreSchedule::TakeFate(const Reply& reply) {
  const auto question = questions_.find(reply.id);
  if (question == questions_.end()) return false;
  const size_t index = question->second;
  questions_.erase(question);
  const auto unknown = unknown_.find(index);
  if (unknown == unknown_.end() || !reply.status.ok()) return true;
  RegisterEvent& event = events_[index];
  constexpr const char* kNames[] = {"applied", "never", "possible", "settled", "expired"};
  ++reached_[kNames[static_cast<size_t>(*reply.fate)]];
  Trace(StrCat("c", event.client, " learns: ", kNames[static_cast<size_t>(*reply.fate)]));
  if (*reply.fate == Fate::kPossible) return true;
  unknown_.erase(unknown);
  if (*reply.fate == Fate::kExpired) return true;
  event.outcome = reply.outcome.value_or(RegisterOutcome());
  if (*reply.fate == Fate::kNever) {
    event.outcome.status = MakeError(absl::StatusCode::kAborted, "NEVER", "", Applied::kNo);
  }
  event.return_us = ++moment_us_;
  event.client += 1000 * (index + 1);  // it has gone on meanwhile
  return true;
}

void RegisterCoreSchedule::TakeWrite(RegisterEvent& event, const Reply& reply) {
  const auto asked = asked_.find(reply.id);
  if (asked == asked_.end()) return;
  const std::string reason = ReasonOf(reply.status);
  const uint64_t writer = asked->second.writer;
  const size_t index = static_cast<size_t>(&event - events_.data());
  if (!reply.status.ok() && AppliedOf(reply.status) == Applied::kUnknown) {
    unknown_[index] = asked->second;
  }
  asked_.erase(asked);
  if (reason != "WRITER_EXPIRED") return;
  for (auto& [node, of_node] : writers_) {
    if (of_node.first == writer) of_node = {};
  }
}

void RegisterCoreSchedule::Listen() {
  for (const Answered& answer : cluster_->TakeAnswers()) {
    if (TakeFate(answer.reply)) continue;
    const auto open = open_.find(answer.reply.id);
    if (open == open_.end()) continue;
    RegisterEvent& event = events_[open->second.second];
    open_.erase(open);
    event.return_us = ++moment_us_;
    if (answer.reply.outcome) event.outcome = *answer.reply.outcome;
    event.outcome.status = answer.reply.status;
    TakeWrite(event, answer.reply);
    Trace(StrCat("c", event.client, " is told ", answer.reply.status.ToString(), " ",
                 event.outcome.value, " ", event.outcome.version.ToString()));
    Client& client = clients_[event.client];
    client.operation = 0;
    const RegisterOutcome& told = event.outcome;
    ++reached_[told.status.ok() ? told.condition_held ? "done" : "condition failed"
                                : ReasonOf(told.status)];
    if (told.status.ok() && told.value != "") client.value = told.value;
    if (told.status.ok() && told.version) client.version = told.version.time;
    if (told.status.ok() && !told.version && !event.op.IsRead()) client.version = HlcTime();
  }
}

void RegisterCoreSchedule::Crash(uint64_t node) {
  Trace(StrCat("n", node, " crashes"));
  ++reached_["crash"];
  if (cluster_->unsynced(node) != 0) ++reached_["unsynced effects lost"];
  cluster_->Crash(node, random_.Below(cluster_->unsynced(node) + 1));
  if (moves_ && random_.Chance(0.3)) cluster_->ForgetTopology(node);
  LoseRequests(node);
}

void RegisterCoreSchedule::StepFault() {
  if (options_.losses_percent != 0 && random_.Below(100) < options_.losses_percent) {
    return StepLoss();
  }
  const uint64_t replicas = cluster_->nodes();
  const uint64_t node = random_.Between(1, replicas);
  const uint64_t dice = random_.Below(100);
  const uint64_t crashes = profile().crashes_percent;
  const uint64_t cuts = crashes + profile().cuts_percent;
  if (cluster_->down(node)) {
    cluster_->Restart(node);
  } else if (!cluster_->alive(node)) {
    return;  // no copy is there
  } else if (dice < crashes) {
    Crash(node);
  } else if (dice < cuts) {
    cluster_->Cut(node, random_.Between(1, replicas));
  } else if (dice < cuts + 10) {
    Trace(StrCat("n", node, " is isolated"));
    cluster_->Isolate(node);
  } else if (dice < 93) {
    Trace("the network heals");
    cluster_->Heal();
    if (random_.Below(100) < profile().calm_percent) {
      calm_steps_ = static_cast<uint32_t>(random_.Below(150));
    }
  } else {
    cluster_->SetCalendarOffset(node, static_cast<int64_t>(random_.Below(profile().skew_us_max)));
  }
}

std::string RegisterCoreSchedule::Heal() {
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
  std::vector<size_t> unknown;
  for (const auto& [index, id] : unknown_) unknown.push_back(index);
  for (size_t index : unknown) {
    if (unknown_.contains(index)) AskFate(index);
    cluster_->Settle(2);
    Listen();
  }
  for (uint64_t key = 0; key < profile().keys; ++key) {
    for (uint64_t node : replicas) {
      clients_.emplace_back();
      Start(node, clients_.size() - 1, StrCat("k", key), RegisterOp());
      cluster_->Settle(2);
      Listen();
    }
  }
  cluster_->Settle(60);
  Listen();
  return AtRest();
}

std::string RegisterCoreSchedule::AtRest() {
  if (!open_.empty()) return StrCat(open_.size(), " operations were never answered");
  const std::vector<uint64_t> replicas = Replicas();
  const auto expected = SharedOf(cluster_->store(replicas.front()));
  for (uint64_t node : replicas) {
    const MapStore& store = cluster_->store(node);
    cluster_->invariants().CheckSeen(NodeId(node), cluster_->core(node).knowledge().seen, store);
    if (!cluster_->core(node).filled()) return StrCat("n", node, " is not filled at rest");
    if (cluster_->core(node).records_repaired() != 0) return StrCat("n", node, " found damage");
    if (!store.dot_log.empty()) return StrCat("the dot log of n", node, " is not empty at rest");
    if (SharedOf(store) != expected)
      return StrCat("n", node, " is not the same as the others at rest");
    for (const auto& [key, record] : store.records) {
      if (record.tombstone) return StrCat("n", node, " keeps the dead ", key, " at rest");
    }
    if (store.floor) ++reached_["a floor was raised"];
    if (cluster_->core(node).under_way() != 0) return StrCat("n", node, " is still at work");
  }
  return Wrong();
}

}  // namespace quorate::quorum
