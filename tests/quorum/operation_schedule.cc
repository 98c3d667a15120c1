#include "operation_schedule.h"

#include "base/error.h"
#include "base/strings.h"
#include "quorum/counter.h"
#include "quorum/crdt_policies.h"
#include "quorum/policy_op.h"
#include "quorum/register_record.h"

namespace quorate::quorum {
namespace {

const CounterPolicy kCounters;
const RegisterPolicy kRegisters;
// Each operation adds its own digit of a sum, so that the sum tells of each.
constexpr size_t kDigits = 15;
constexpr size_t kOperationsMax = 90;
constexpr size_t kInFlightMax = 60;

const char* NameOf(Fate fate) {
  constexpr const char* kNames[] = {"applied", "never", "possible", "settled", "expired"};
  return kNames[static_cast<size_t>(fate)];
}

bool IsLateOne(const Message& message) {
  return std::holds_alternative<WriteAsk>(message.body) ||
         std::holds_alternative<RegisterAsk>(message.body) ||
         std::holds_alternative<ResolveAsk>(message.body) ||
         std::holds_alternative<ResolveAnswer>(message.body);
}

}  // namespace

OperationSchedule::OperationSchedule(OperationScheduleOptions options)
    : options_(options), random_(options.seed) {
  ClusterOptions cluster;
  cluster.replicas = random_.Chance(0.8) ? 3 : 2 + random_.Below(3);
  if (options.replicas != 0) cluster.replicas = options.replicas;
  cluster.sync_at_once = false;
  if (options.counters) cluster.policy = &kCounters;
  if (options.registers) cluster.policy = &kRegisters;
  cluster.config.bugs = options.bugs;
  cluster.config.sync_interval = absl::Milliseconds(20);
  cluster.config.sync_interval_idle = absl::Milliseconds(60);
  cluster.config.resend_interval = absl::Milliseconds(40);
  cluster.config.reserve_us = 50'000;
  if (random_.Chance(0.1)) cluster.config.operations_max = 20;
  cluster_ = std::make_unique<Cluster>(cluster);
  cluster_->ExpectViolations();  // told by Run
  for (uint64_t node = 1; node <= cluster.replicas; ++node) {
    cluster_->SetCalendarOffset(node, static_cast<int64_t>(random_.Below(2'000'000)));
    cluster_->SyncAll(node);
  }
  clients_.resize(2);
}

std::string OperationSchedule::Run() {
  for (uint32_t i = 0; i < options_.steps && wrong_.empty(); ++i) {
    Step();
    Listen();
  }
  return wrong_.empty() ? Heal() : wrong_;
}

void OperationSchedule::Wrong(const Operation& operation, const std::string& what) {
  if (!wrong_.empty()) return;
  wrong_ = StrCat("operation ", operation.id.sequence, " of ", operation.id.writer, " at n",
                  operation.node, ": ", what);
}

uint64_t OperationSchedule::AnyLiving() {
  const std::vector<uint64_t> living = cluster_->living();
  return living.empty() ? 0 : living[random_.Below(living.size())];
}

void OperationSchedule::Step() {
  const uint64_t dice = random_.Below(1000);
  if (random_.Chance(0.3)) cluster_->Pass(absl::Microseconds(random_.Below(4000)));
  const uint64_t node = AnyLiving();
  if (node != 0 && dice < 100) {
    cluster_->Tick(node);
  } else if (node != 0 && dice < 220) {
    cluster_->Sync(node, random_.Between(1, 4));
  } else if (dice < 760) {
    StepNetwork();
  } else if (node != 0 && dice < 950) {
    StepClient();
  } else {
    StepFault();
  }
}

void OperationSchedule::StepNetwork() {
  auto& flight = cluster_->in_flight();
  while (flight.size() > kInFlightMax) flight.pop_front();
  const uint64_t dice = random_.Below(100);
  if (dice < 8 && !late_.empty()) flight.push_back(late_[random_.Below(late_.size())]);
  if (flight.empty()) return;
  const size_t at = random_.Chance(0.5) ? 0 : random_.Below(flight.size());
  if (dice < 30 && IsLateOne(flight[at])) late_.push_back(flight[at]);
  if (dice < 15) {
    flight.erase(flight.begin() + static_cast<std::ptrdiff_t>(at));
  } else {
    cluster_->DeliverAt(at);
  }
}

void OperationSchedule::StepClient() {
  if (operations_.size() < kOperationsMax && random_.Chance(0.4)) {
    return Begin(AnyLiving(), random_.Chance(0.7));
  }
  if (operations_.empty()) return;
  const size_t any =
      operations_.size() - 1 - random_.Below(std::min<size_t>(12, operations_.size()));
  const Operation& operation = operations_[any];
  // Also what is over: a request may come late, and anybody may ask.
  if (random_.Chance(0.3)) {
    if (cluster_->alive(operation.node)) Send(operation);
  } else {
    Ask(any, random_.Chance(0.9));
  }
}

// `send`: else the request is late.
void OperationSchedule::Begin(uint64_t node, bool send) {
  Client& client = clients_[random_.Below(clients_.size())];
  if (client.writer == 0 || random_.Chance(0.02)) {
    client = Client();
    client.writer = random_.Chance(0.7) ? OpenWriter(node) : WriterFromAhead();
    if (client.writer == 0) return;
  }
  const size_t number = operations_.size();
  Operation& operation = operations_.emplace_back();
  operation.id = {client.writer, ++client.sent};
  operation.node = node;
  operation.key = options_.counters ? StrCat("k", number / kDigits) : StrCat("k", number);
  operation.delta = int64_t{1} << (4 * (number % kDigits));
  client.operations.push_back(number);
  if (send) Send(operation);
}

uint64_t OperationSchedule::OpenWriter(uint64_t node) {
  cluster_->SyncAll(node);
  cluster_->options().sync_at_once = true;
  const uint64_t writer = cluster_->OpenWriter(node);
  cluster_->options().sync_at_once = false;
  return writer;
}

// As of a node whose clock is ahead of all: no reserve covers it.
uint64_t OperationSchedule::WriterFromAhead() {
  uint64_t us = 0;
  for (uint64_t node = 1; node <= cluster_->replicas(); ++node) {
    us = std::max(us, cluster_->NowAt(node).calendar_us);
  }
  constexpr uint64_t kOtherNode = 100;
  return HlcFromMicros(us + random_.Below(2'000'000)).value() + kOtherNode + operations_.size();
}

uint64_t OperationSchedule::SettledBelow(const Client& client) const {
  for (size_t i = 0; i < client.operations.size(); ++i) {
    if (!operations_[client.operations[i]].over) return i + 1;
  }
  return client.operations.size() + 1;
}

void OperationSchedule::Send(const Operation& operation) {
  const Level levels[] = {Level::kOne, Level::kTwo, Level::kQuorum, Level::kAll};
  const Level level = options_.wipes ? Level::kQuorum : levels[random_.Below(4)];
  const std::string argument =
      options_.counters ? EncodeOp(CounterOp{operation.delta}) : StrCat("v", operation.delta);
  uint64_t settled = 0;
  for (const Client& client : clients_) {
    if (client.writer == operation.id.writer) settled = SettledBelow(client);
  }
  settled = std::min(settled, operation.id.sequence);
  if (options_.registers) return SendToRegister(operation, {operation.id, settled, 0});
  const uint64_t id =
      cluster_->PutOnce(operation.node, operation.key, argument, level, operation.id, settled);
  writes_[id] = static_cast<size_t>(&operation - operations_.data());
}

void OperationSchedule::SendToRegister(const Operation& operation, OperationAsk ask) {
  RegisterCall call;
  call.id = next_call_++;
  call.key = operation.key;
  call.op.kind = RegisterOp::Kind::kAdd;
  call.op.delta = operation.delta;
  ask.body = static_cast<uint32_t>(operation.delta % 1'000'003);
  call.operation = ask;
  call.deadline = cluster_->now() + absl::Milliseconds(random_.Chance(0.5) ? 100 : 1000);
  writes_[call.id] = static_cast<size_t>(&operation - operations_.data());
  cluster_->Operate(operation.node, call);
}

void OperationSchedule::Ask(size_t operation, bool fence) {
  const uint64_t node = AnyLiving();
  const bool weak = !options_.wipes && random_.Chance(0.5);
  const uint64_t id = cluster_->Resolve(node, operations_[operation].id, fence,
                                        weak ? Level::kOne : Level::kQuorum);
  resolves_[id] = operation;
}

void OperationSchedule::Listen() {
  for (const Answered& answer : cluster_->TakeAnswers()) {
    if (const auto write = writes_.find(answer.reply.id); write != writes_.end()) {
      TakeWrite(operations_[write->second], answer.reply.status);
    } else if (const auto resolve = resolves_.find(answer.reply.id); resolve != resolves_.end()) {
      TakeFate(operations_[resolve->second], answer.reply);
    }
    // On one disk alone it may be lost with that.
    const bool weak = answer.reply.fate && !answer.reply.reached;
    if (options_.registers) continue;
    if (answer.reply.status.ok() && answer.reply.receipt.dot && !(weak && options_.wipes)) {
      cluster_->invariants().Acknowledged(answer.reply.receipt.dot);
    }
  }
  if (wrong_.empty() && !cluster_->invariants().violations().empty()) {
    wrong_ = cluster_->invariants().violations().front();
  }
}

void OperationSchedule::TakeWrite(Operation& operation, const absl::Status& status) {
  ++counts_[StrCat("write ", status.ok() ? "done" : ReasonOf(status))];
  if (options_.registers && ReasonOf(status) == "REGISTER_CONTENDED" &&
      AppliedOf(status) == Applied::kNo) {
    if (operation.done) Wrong(operation, "is never to be, and was done");
    operation.never = operation.over = true;
  }
  if (ReasonOf(status) == "WRITER_EXPIRED") {
    for (Client& client : clients_) {
      if (client.writer == operation.id.writer) client.writer = 0;
    }
  }
  const bool weak = AppliedOf(status) == Applied::kYes;
  if (status.ok() || weak) {
    if (operation.never) Wrong(operation, "was done after NEVER");
    operation.over = true;
    operation.done = operation.done || !options_.wipes || !weak;
  }
}

void OperationSchedule::TakeFate(Operation& operation, const Reply& reply) {
  if (!reply.status.ok()) {
    ++counts_[ReasonOf(reply.status)];
    return;
  }
  const Fate fate = *reply.fate;
  ++counts_[NameOf(fate)];
  if (fate == Fate::kApplied) {
    if (operation.never) Wrong(operation, "is applied after NEVER");
    operation.over = true;
    // On one disk alone it may be lost with that.
    operation.done = operation.done || !options_.wipes || reply.reached;
  } else if (fate == Fate::kNever) {
    if (operation.done) Wrong(operation, "is never to be, and was done");
    operation.never = operation.over = true;
  } else if (fate == Fate::kExpired) {
    operation.over = true;
  } else if (fate == Fate::kSettled && !operation.over) {
    Wrong(operation, "is settled, and its client does not know");
  }
}

// What the rules are for, more often than chance brings it about.
void OperationSchedule::StepAmbush() {
  const uint64_t node = AnyLiving();
  if (node == 0 || options_.wipes) return;
  if (random_.Chance(0.5) && operations_.size() < kOperationsMax) {
    // A coordinator that sends, forgets, and is soon back, unheard by one other.
    Begin(node, true);
    // Its messages come, if they do, when all is over.
    late_ = cluster_->Take(
        [](const Message& message) { return std::holds_alternative<WriteAsk>(message.body); });
    cluster_->Crash(node, 0);
    cluster_->Restart(node);
    cluster_->Cut(node, 1 + node % cluster_->replicas());
    return Ask(operations_.size() - 1, true);
  }
  for (const Operation& operation : operations_) {
    if (!operation.never || !cluster_->alive(operation.node) || random_.Chance(0.8)) continue;
    cluster_->Crash(operation.node, 0);
    cluster_->Restart(operation.node);
    return Send(operation);
  }
}

void OperationSchedule::StepFault() {
  if (random_.Chance(0.3)) return StepAmbush();
  const uint64_t replicas = cluster_->replicas();
  const uint64_t node = random_.Between(1, replicas);
  const uint64_t dice = random_.Below(100);
  if (!cluster_->alive(node)) {
    cluster_->Restart(node);
  } else if (dice < 40) {
    cluster_->Crash(node, random_.Below(cluster_->unsynced(node) + 1));
    uint64_t unfilled = 0;
    for (uint64_t other = 1; other <= replicas; ++other) {
      unfilled += cluster_->disk(other).filled ? 0 : 1;
    }
    const bool minority = unfilled < std::max<uint64_t>(1, (replicas - 1) / 2);
    if (options_.wipes && minority && random_.Chance(0.4)) cluster_->Wipe(node);
    if (random_.Chance(0.5)) cluster_->Restart(node);
  } else if (dice < 50) {
    cluster_->Isolate(node);
  } else if (dice < 70) {
    cluster_->Cut(node, random_.Between(1, replicas));  // and nobody notices
  } else if (dice < 90) {
    cluster_->Heal();
  } else {
    cluster_->SetCalendarOffset(node, static_cast<int64_t>(random_.Below(2'000'000)));
  }
}

int64_t OperationSchedule::Shown(const Operation& operation) {
  const std::optional<Record> record = cluster_->store(1).Lookup(operation.key);
  if (!record) return 0;
  if (!options_.counters) return 1;
  if (options_.registers) {
    const std::string value = RegisterBodyOf(*record)->value.bytes;
    return value.empty() ? 0 : std::stoll(value) / operation.delta % 16;
  }
  return *Counter::Decode(record->body)->Value() / operation.delta % 16;
}

std::string OperationSchedule::Heal() {
  for (uint64_t node = 1; node <= cluster_->replicas(); ++node) {
    if (!cluster_->alive(node)) cluster_->Restart(node);
  }
  cluster_->Heal();
  cluster_->options().sync_at_once = true;
  for (uint64_t node = 1; node <= cluster_->replicas(); ++node) cluster_->SyncAll(node);
  cluster_->DeliverAll();
  // Whatever is still under way comes now.
  for (const Message& message : late_) cluster_->Deliver(message);
  cluster_->Settle(90);
  Listen();
  // The last word on each, with everybody there.
  for (size_t i = 0; i < operations_.size(); ++i) Ask(i, true);
  cluster_->Settle(60);
  Listen();
  for (const Operation& operation : operations_) {
    const int64_t shown = Shown(operation);
    if (shown > 1) Wrong(operation, StrCat("shows ", shown, " times"));
    if (operation.done && shown == 0) {
      std::string held;
      for (uint64_t node = 1; node <= cluster_->replicas(); ++node) {
        const std::optional<Record> record = cluster_->store(node).Lookup(operation.key);
        const Core& core = cluster_->core(node);
        StrAppend(&held, "; n", node, " has seen ", core.knowledge().seen.ToString(), ", holds ",
                  record ? record->dot.ToString() : "nothing", ", refused ", core.times_refused());
      }
      Wrong(operation, StrCat("was done, and does not show", held));
    }
    if (operation.never && shown != 0) Wrong(operation, "shows after NEVER");
    if (!operation.over) Wrong(operation, "has no fate though all are there");
  }
  return wrong_;
}

}  // namespace quorate::quorum
