#include "register_schedule.h"

#include <algorithm>
#include <set>

#include "base/error.h"
#include "base/strings.h"
#include "register_history.h"

namespace quorate::quorum {

RegisterSchedule::RegisterSchedule(RegisterScheduleOptions options)
    : options_(std::move(options)), random_(options_.seed) {
  RegisterProfile& profile = options_.profile;
  if (profile.moves != 0) profile.nodes = 4;
  if (profile.nodes == 0) profile.nodes = random_.Chance(0.7) ? 3 : 5;
  for (uint64_t id = 1; id <= profile.nodes; ++id) ids_.push_back(NodeId(id));
  nodes_.resize(profile.nodes);
  for (NodeId id : ids_) {
    At(id).id = id;
    Start(At(id));
  }
  clients_.resize(profile.clients + 1);
}

// --- steps ---

void RegisterSchedule::Run() {
  while (step_ < profile().steps) {
    ++step_;
    Step();
  }
  Heal();
}

void RegisterSchedule::Step() {
  for (size_t i = 0; i < delayed_.size(); ++i) {
    if (delayed_[i].first > step_) continue;
    in_flight_.push_back(std::move(delayed_[i].second));
    delayed_.erase(delayed_.begin() + static_cast<std::ptrdiff_t>(i--));
  }
  const RegisterProfile& p = profile();
  uint64_t dice = random_.Below(1000);
  const auto within = [&](uint64_t weight) {
    const bool hit = dice < weight;
    dice -= hit ? 0 : weight;
    return hit;
  };
  Node* node = AnyLiving();
  const std::vector<uint64_t> under_way = UnderWay();
  const uint64_t id = under_way.empty() ? 0 : under_way[random_.Below(under_way.size())];
  if (within(p.starts)) {
    const uint64_t client = random_.Between(1, p.clients);
    if (node == nullptr || clients_[client].operation != 0 || !MayCoordinate(*node)) return;
    if (operations_.size() >= p.operations_max) return;
    StartOperation(client, *node, AnyKey(), RandomOp(clients_[client]));
  } else if (within(p.syncs)) {
    if (node != nullptr) Sync(*node, random_.Between(1, 3));
  } else if (within(p.resends)) {
    if (id == 0) return;
    Operation& operation = operations_[id - 1];
    if (operation.paused == 0) {
      operation.proposer->Resend(Now(At(operation.node)));
      Pump(id);
    }
  } else if (within(p.give_ups)) {
    if (id == 0) return;
    operations_[id - 1].proposer->TimedOut();
    Pump(id);
  } else if (within(p.merges)) {
    if (node != nullptr) SendMerge(*node, ids_[random_.Below(ids_.size())], AnyKey());
  } else if (within(p.drops)) {
    if (node != nullptr) DropCovered(*node, AnyKey());
  } else if (within(p.moves)) {
    StepMove();
  } else if (within(p.splits)) {
    split_until_ = step_ + random_.Between(30, 150);
  } else if (within(p.crashes)) {
    Node& any = AnyNode();
    if (any.alive) Crash(any);
  } else if (within(p.crashes * 5)) {
    Node& any = AnyNode();
    if (!any.alive) Start(any);
  } else if (within(60)) {
    if (id == 0 || operations_[id - 1].paused == 0) return;
    operations_[id - 1].paused = 0;
    operations_[id - 1].proposer->Continue(Now(At(operations_[id - 1].node)));
    Pump(id);
  } else if (!in_flight_.empty()) {
    Deliver(random_.Chance(p.out_of_order) ? random_.Below(in_flight_.size()) : 0);
  }
}

RegisterOp RegisterSchedule::RandomOp(const Client& client) {
  using Kind = RegisterOp::Kind;
  using Condition = RegisterCondition::Kind;
  RegisterOp op;
  const RegisterProfile& p = profile();
  const uint64_t dice = random_.Below(100);
  op.value = StrCat(next_value_++ * 1000);
  if (dice < p.reads) {
    op.kind = Kind::kRead;
  } else if (dice < p.reads + p.puts) {
    op.kind = Kind::kPut;
  } else if (dice < p.reads + p.puts + p.deletes) {
    op.kind = Kind::kDelete;
  } else if (dice < p.reads + p.puts + p.deletes + p.conditions) {
    op.kind = random_.Chance(0.8) ? Kind::kPut : Kind::kDelete;
    op.condition.kind = static_cast<Condition>(random_.Between(1, 4));
    if (op.condition.kind == Condition::kVersion && !client.version) {
      op.condition.kind = Condition::kAbsent;
    }
    op.condition.version = client.version.time;
    op.condition.value = client.value;
  } else {
    op.kind = Kind::kAdd;
    op.delta = static_cast<int64_t>(random_.Between(1, 9));
  }
  return op;
}

void RegisterSchedule::StartOperation(uint64_t client, Node& node, const std::string& key,
                                      RegisterOp op) {
  Operation operation;
  operation.client = client;
  operation.key = key;
  operation.op = op;
  operation.invoke_us = now_us();
  operation.node = node.id;
  operation.proposer =
      std::make_unique<Proposer>(ConfigAt(node.epoch), *node.ballots, op, Now(node));
  operations_.push_back(std::move(operation));
  if (client != 0) clients_[client].operation = operations_.size();
  Trace("c", client, " asks ", node.id.ToString(), " for ", static_cast<int>(op.kind), " ",
        op.value, " delta ", op.delta, " if ", static_cast<int>(op.condition.kind));
  Pump(operations_.size());
}

// --- the host of proposers ---

void RegisterSchedule::Pump(uint64_t id) {
  while (operations_[id - 1].proposer && operations_[id - 1].proposer->has_output()) {
    Operation& operation = operations_[id - 1];
    ProposerOutput output = operation.proposer->TakeOutput();
    for (auto& [to, request] : output.messages) {
      Message message;
      message.from = operation.node;
      message.to = to;
      message.epoch = At(operation.node).epoch;
      message.operation = id;
      message.key = operation.key;
      message.request = std::move(request);
      Send(std::move(message));
    }
    if (output.pause != 0) {
      operation.paused = output.pause;
      ++reached_["paused"];
    }
    if (output.accept_here) AcceptHere(operation, id, *std::move(output.accept_here));
    if (output.outcome) Ended(operation, *std::move(output.outcome));
  }
}

void RegisterSchedule::AcceptHere(Operation& operation, uint64_t id, RegisterRequest request) {
  Node& node = At(operation.node);
  const Dot dot{node.ballots->self(), node.dots + 1};
  request.value.dot = dot;
  AcceptorStep step = StepAt(node, operation.key, request);
  if (!step.reply.granted) {
    ++reached_["refused by the own acceptor"];
    return operation.proposer->RefusedHere(step.reply, Now(node));
  }
  ++node.dots;
  Message reply;
  reply.kind = Message::Kind::kReply;
  reply.from = reply.to = node.id;
  reply.epoch = node.epoch;
  reply.operation = id;
  reply.reply = step.reply;
  operation.proposer->AcceptedHere(dot);
  Answer(node, std::move(reply), step.reply_after_sync);
}

void RegisterSchedule::Ended(Operation& operation, RegisterOutcome outcome) {
  operation.proposer.reset();
  Trace("an operation of c", operation.client, " at ", operation.node.ToString(),
        " ends: ", outcome.status.ok() ? "ok" : ToStd(outcome.status.message()), ", version ",
        outcome.version.ToString());
  operation.outcome = std::move(outcome);
  operation.return_us = now_us();
  const RegisterOutcome& told = operation.outcome;
  if (AppliedOf(told.status) == Applied::kUnknown && !told.status.ok()) ++reached_["unknown"];
  if (told.status.ok() && !told.condition_held) ++reached_["condition failed"];
  if (operation.client == 0) {
    ++reached_["completed for anti-entropy"];
    return;
  }
  Client& client = clients_[operation.client];
  client.operation = 0;
  if (!told.status.ok()) return;
  ++reached_["done"];
  if (!told.value.empty()) client.value = told.value;
  if (told.version) client.version = told.version;
}

std::vector<uint64_t> RegisterSchedule::UnderWay() const {
  std::vector<uint64_t> ids;
  for (size_t i = 0; i < operations_.size(); ++i) {
    if (operations_[i].proposer) ids.push_back(i + 1);
  }
  return ids;
}

// --- the end ---

void RegisterSchedule::Heal() {
  healing_ = true;
  for (auto& [until, message] : delayed_) in_flight_.push_back(std::move(message));
  delayed_.clear();
  for (Node& node : nodes_) {
    if (!node.alive) Start(node);
  }
  FinishMove();
  DeliverAll();
  for (const std::string& key : {std::string("a"), std::string("b"), std::string("c")}) {
    if (key[0] - 'a' >= static_cast<int>(profile().keys)) break;
    for (Node& node : nodes_) {
      if (!MayCoordinate(node)) continue;
      step_ += 5;
      clients_.emplace_back();
      StartOperation(clients_.size() - 1, node, key, RegisterOp());
      DeliverAll();
    }
  }
  Converge();
}

// Everything that is asked, sent or to be synced, until nothing is left.
void RegisterSchedule::DeliverAll() {
  for (int i = 0; i < 100'000; ++i) {
    ++step_;
    for (Node& node : nodes_) Sync(node, node.under_way.size());
    if (!in_flight_.empty()) {
      Deliver(0);
      continue;
    }
    const std::vector<uint64_t> under_way = UnderWay();
    if (under_way.empty()) return;
    const uint64_t id = under_way[random_.Below(under_way.size())];
    Operation& operation = operations_[id - 1];
    if (operation.paused != 0) {
      operation.paused = 0;
      operation.proposer->Continue(Now(At(operation.node)));
    } else {
      operation.proposer->Resend(Now(At(operation.node)));
    }
    Pump(id);
  }
  divergence_ = StrCat("operations never came to an end, in flight ", in_flight_.size(),
                       ", under way ", UnderWay().size());
}

void RegisterSchedule::Converge() {
  for (int round = 0; round < 3; ++round) {
    for (Node& from : nodes_) {
      for (NodeId to : ids_) {
        std::set<std::string> keys;
        for (const auto& [key, body] : from.disk.held) keys.insert(key);
        for (const std::string& key : keys) SendMerge(from, to, key);
      }
    }
    DeliverAll();
    for (Node& node : nodes_) {
      std::set<std::string> keys;
      for (const auto& [key, body] : node.memory.held) keys.insert(key);
      for (const std::string& key : keys) DropCovered(node, key);
    }
    DeliverAll();
  }
  const std::vector<NodeId> members = Members(epoch_);
  for (NodeId id : members) {
    const Node& node = At(id);
    std::map<std::string, RegisterValue> mine;
    std::map<std::string, RegisterValue> first;
    for (const auto& [key, body] : node.disk.held) mine[key] = body.value;
    for (const auto& [key, body] : At(members.front()).disk.held) first[key] = body.value;
    if (mine != first && divergence_.empty()) {
      divergence_ = StrCat(id.ToString(), " holds other values than ", members.front().ToString());
    }
  }
}

check::History RegisterSchedule::History() const {
  check::History history;
  for (const Operation& one : operations_) {
    if (one.client == 0) continue;
    history.Append(
        HistoryEntry({one.client, one.key, one.op, one.invoke_us, one.return_us, one.outcome}));
  }
  return history;
}

}  // namespace quorate::quorum
