// The replicas, disks and network of a random run.
#include <algorithm>

#include "base/strings.h"
#include "register_schedule.h"

namespace quorate::quorum {
namespace {

constexpr int64_t kEpochUs = 1'000'000'000;

RegisterValue ValueOf(const std::map<std::string, RegisterBody>& held, const std::string& key) {
  const auto it = held.find(key);
  return it == held.end() ? RegisterValue() : it->second.value;
}

std::optional<RegisterBody> BodyOf(const std::map<std::string, RegisterBody>& held,
                                   const std::string& key) {
  const auto it = held.find(key);
  if (it == held.end()) return std::nullopt;
  return it->second;
}

std::string Describe(const RegisterValue& value) {
  if (!value.accepted) return "nothing";
  return StrCat(value.accepted.ToString(), value.origin == value.accepted ? "" : " of ",
                value.origin == value.accepted ? "" : value.origin.ToString(), " ",
                value.present ? value.bytes : "deleted");
}

std::string DescribeRequest(const RegisterRequest& request) {
  switch (request.kind) {
    case RegisterRequest::Kind::kQuery:
      return "what it holds";
    case RegisterRequest::Kind::kPrepare:
      return StrCat("to promise ", request.ballot.ToString());
    case RegisterRequest::Kind::kAccept:
      return StrCat("to accept ", Describe(request.value));
  }
  return "";
}

}  // namespace

HlcTime RegisterSchedule::Now(Node& node) {
  return node.clock.Next(static_cast<uint64_t>(kEpochUs + now_us() + node.skew_us));
}

RegisterSchedule::Node* RegisterSchedule::AnyLiving() {
  for (int i = 0; i < 4; ++i) {
    Node& node = AnyNode();
    if (node.alive) return &node;
  }
  return nullptr;
}

// --- lives ---

void RegisterSchedule::Start(Node& node) {
  node.alive = true;
  node.memory = node.disk;
  node.dots = 0;
  node.ballots = std::make_unique<BallotSource>(Identity{node.id, Boot(++node.boot)});
  const uint64_t skew_max = profile().clock_skew_us_max;
  node.skew_us =
      static_cast<int64_t>(random_.Below(2 * skew_max + 1)) - static_cast<int64_t>(skew_max);
  node.clock = HybridClock();  // it may even go back: only order matters here
}

void RegisterSchedule::Crash(Node& node) {
  ++reached_["crash"];
  Trace(node.id.ToString(), " crashes");
  node.alive = false;
  if (!node.under_way.empty()) ++reached_["unsynced writes lost"];
  node.under_way.clear();
  for (Operation& operation : operations_) {
    if (operation.node != node.id || !operation.proposer) continue;
    operation.proposer.reset();
    if (operation.client != 0) clients_[operation.client].operation = 0;
  }
}

// --- disk ---

void RegisterSchedule::Persist(Node& node, Effect effect) {
  if (effect.body) node.memory.held[effect.key] = *effect.body;
  node.memory.seen.insert(effect.seen.begin(), effect.seen.end());
  if (effect.filled) node.memory.floor = effect.floor;
  if (effect.drop) {
    node.memory.held.erase(effect.key);
    node.memory.floor = effect.floor;
  }
  node.under_way.push_back(std::move(effect));
}

void RegisterSchedule::Hold(Node& node, const std::string& key, const RegisterBody& body) {
  Effect effect;
  effect.key = key;
  effect.body = body;
  if (body.value.accepted) effect.seen = {body.value.accepted};
  Persist(node, std::move(effect));
}

void RegisterSchedule::Sync(Node& node, size_t count) {
  for (; count > 0 && !node.under_way.empty(); --count) {
    Effect effect = std::move(node.under_way.front());
    node.under_way.pop_front();
    if (effect.body) node.disk.held[effect.key] = *std::move(effect.body);
    if (effect.drop) {
      node.disk.held.erase(effect.key);
      node.disk.floor = effect.floor;
    }
    node.disk.seen.insert(effect.seen.begin(), effect.seen.end());
    if (effect.filled) {
      node.disk.floor = effect.floor;
      node.filled = true;
    }
    for (Message& message : effect.after) Send(std::move(message));
  }
}

void RegisterSchedule::Answer(Node& node, Message message, bool after_sync) {
  if (!after_sync || node.under_way.empty()) return Send(std::move(message));
  node.under_way.back().after.push_back(std::move(message));
}

// --- network ---

void RegisterSchedule::Send(Message message) {
  if (!healing_ && message.from != message.to) {
    if (IsSplit(message) || random_.Chance(profile().loss)) return;
    if (random_.Chance(profile().doubling)) in_flight_.push_back(message);
    if (random_.Chance(profile().long_delay)) {
      delayed_.emplace_back(step_ + random_.Between(20, 300), std::move(message));
      return;
    }
  }
  in_flight_.push_back(std::move(message));
}

bool RegisterSchedule::IsSplit(const Message& message) const {
  return step_ < split_until_ && (message.from < NodeId(3)) != (message.to < NodeId(3));
}

void RegisterSchedule::Deliver(size_t at) {
  Message message = std::move(in_flight_[at]);
  in_flight_.erase(in_flight_.begin() + static_cast<std::ptrdiff_t>(at));
  if (At(message.to).alive) Receive(std::move(message));
}

void RegisterSchedule::Receive(Message message) {
  Node& node = At(message.to);
  if (Refuses(node, message)) return;
  if (message.kind == Message::Kind::kFill) return TakeFill(node, message);
  if (message.kind == Message::Kind::kMerge) return Merge(node, message);
  if (message.kind == Message::Kind::kReply) {
    Operation& operation = operations_[message.operation - 1];
    if (!operation.proposer || operation.node != node.id) return;
    operation.proposer->Replied(message.from, message.reply, Now(node));
    return Pump(message.operation);
  }
  const AcceptorStep step = StepAt(node, message.key, message.request);
  if (!step.reply.granted) ++reached_["refused by a promise"];
  Message answer;
  answer.kind = Message::Kind::kReply;
  answer.from = node.id;
  answer.to = message.from;
  answer.epoch = node.epoch;
  answer.operation = message.operation;
  answer.reply = step.reply;
  Answer(node, std::move(answer), step.reply_after_sync);
}

AcceptorStep RegisterSchedule::StepAt(Node& node, const std::string& key,
                                      const RegisterRequest& request) {
  AcceptorStep step =
      StepAcceptor(BodyOf(node.memory.held, key), node.memory.floor, request, options_.bugs);
  Trace(node.id.ToString(), " is asked ", DescribeRequest(request), ": ",
        step.reply.granted ? "granted" : "refused", ", promised ", step.reply.promised.ToString(),
        ", holds ", Describe(step.reply.value));
  if (step.persist) Hold(node, key, *step.persist);
  return step;
}

// --- anti-entropy ---

void RegisterSchedule::SendMerge(Node& from, NodeId to, const std::string& key) {
  Message message;
  message.kind = Message::Kind::kMerge;
  message.from = from.id;
  message.to = to;
  message.epoch = from.epoch;
  message.key = key;
  message.request.value = ValueOf(from.disk.held, key);
  const std::vector<NodeId> members = Members(from.epoch);
  const bool member = std::find(members.begin(), members.end(), to) != members.end();
  if (member && from.id != to && message.request.value.accepted) Send(std::move(message));
}

void RegisterSchedule::Merge(Node& node, const Message& message) {
  if (node.memory.seen.contains(message.request.value.accepted)) return;
  const AcceptorMerge merge =
      MergeAccepted(BodyOf(node.memory.held, message.key), node.memory.floor, message.request.value,
                    options_.bugs);
  Trace(node.id.ToString(), " is told of ", Describe(message.request.value), ": ",
        merge.persist   ? "taken"
        : merge.refused ? "refused"
                        : "old");
  if (merge.persist) {
    ++reached_["merged"];
    Hold(node, message.key, *merge.persist);
  }
  if (!merge.persist && !merge.refused) {  // beaten
    Effect effect;
    effect.seen = {message.request.value.accepted};
    Persist(node, std::move(effect));
  }
  if (!merge.refused) return;
  ++reached_["merge refused by a promise"];
  Complete(node, message.key);
}

// The key's pending round, at once or never: repair comes again.
void RegisterSchedule::Complete(Node& node, const std::string& key) {
  const bool room = operations_.size() < profile().operations_max * 4;
  if (!node.alive || !MayCoordinate(node)) return;
  if (!healing_ && !(room && random_.Chance(0.3))) return;
  RegisterOp complete;
  complete.kind = RegisterOp::Kind::kComplete;
  StartOperation(0, node, key, complete);
}

bool RegisterSchedule::Covered(uint64_t epoch, const Ballot& accepted) const {
  const std::vector<NodeId> members = Members(epoch);
  return std::all_of(members.begin(), members.end(), [&](NodeId id) {
    return nodes_[id.value() - 1].disk.seen.contains(accepted);
  });
}

void RegisterSchedule::DropCovered(Node& node, const std::string& key) {
  const std::optional<RegisterBody> body = BodyOf(node.memory.held, key);
  if (!body || body->value.present) return;
  // One that only ever promised may go at any time.
  if (body->value.accepted && !Covered(node.epoch, body->value.accepted)) return;
  Trace(node.id.ToString(), " drops ", Describe(body->value));
  ++reached_[body->value.accepted ? "covered tombstone dropped" : "bare promise dropped"];
  Effect effect;
  effect.key = key;
  effect.drop = true;
  effect.floor = FloorAfterDrop(node.memory.floor, *body);
  Persist(node, std::move(effect));
}

}  // namespace quorate::quorum
