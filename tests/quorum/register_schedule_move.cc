// The move of a replica in a random run: n1 leaves, n4 joins. In the first epoch
// n1 to n3 hold the keys, in the second both sets count, in the third n2 to n4.
#include <algorithm>

#include "register_schedule.h"

namespace quorate::quorum {
namespace {

constexpr NodeId kLeaver{1};
constexpr NodeId kJoiner{4};
constexpr uint64_t kJoint = 2;
constexpr uint64_t kMoved = 3;

}  // namespace

std::vector<NodeId> RegisterSchedule::Members(uint64_t epoch) const {
  std::vector<NodeId> members = ids_;
  if (profile().moves == 0) return members;
  if (epoch < kJoint) std::erase(members, kJoiner);
  if (epoch >= kMoved) std::erase(members, kLeaver);
  return members;
}

ProposerConfig RegisterSchedule::ConfigAt(uint64_t epoch) const {
  const bool joint = profile().moves != 0 && epoch == kJoint;
  return {Members(epoch),
          joint ? MajorityOfBoth(Members(1), Members(kMoved)) : MajorityOf(Members(epoch)), 16,
          options_.bugs};
}

bool RegisterSchedule::MayCoordinate(const Node& node) const {
  if (profile().moves == 0) return true;
  if (node.id == kJoiner) return node.epoch >= kMoved;
  return node.id != kLeaver || node.epoch < kMoved;
}

void RegisterSchedule::StepMove() {
  Node& node = AnyNode();
  if (node.alive && node.epoch < epoch_) return Enter(node, epoch_);
  if (epoch_ == 1) {
    epoch_ = kJoint;
    return;
  }
  if (epoch_ != kJoint) return;
  const bool acknowledged = std::all_of(nodes_.begin(), nodes_.end(), [](const Node& one) {
    return !one.alive || one.epoch >= kJoint;
  });
  if (At(kJoiner).filled) {
    if (acknowledged || options_.move_bugs.no_fence) epoch_ = kMoved;
    return;
  }
  Node& from = options_.move_bugs.filled_from_any ? node : At(kLeaver);
  if (from.id != kJoiner && from.alive && from.epoch >= kJoint) Fill(from);
}

void RegisterSchedule::FinishMove() {
  if (profile().moves == 0 || epoch_ == 1) return;
  for (Node& node : nodes_) Enter(node, std::max(node.epoch, kJoint));
  DeliverAll();
  for (int i = 0; i < 20 && !At(kJoiner).filled; ++i) {
    Fill(At(kLeaver));
    DeliverAll();
  }
  epoch_ = kMoved;
  for (Node& node : nodes_) Enter(node, kMoved);
  ++reached_["moved"];
}

// Operations under way counted other sets: they end as whatever they are by now.
void RegisterSchedule::Enter(Node& node, uint64_t epoch) {
  if (node.epoch == epoch) return;
  node.epoch = epoch;
  for (uint64_t id : UnderWay()) {
    if (operations_[id - 1].node != node.id) continue;
    operations_[id - 1].proposer->TimedOut();
    Pump(id);
  }
}

void RegisterSchedule::Fill(Node& from) {
  Message message;
  message.kind = Message::Kind::kFill;
  message.from = from.id;
  message.to = kJoiner;
  message.epoch = from.epoch;
  message.contents = from.memory;
  if (!At(kJoiner).filled) Send(std::move(message));
}

void RegisterSchedule::TakeFill(Node& node, const Message& message) {
  Effect done;
  done.floor = std::max(node.memory.floor, message.contents.floor);
  bool refused = false;
  for (const auto& [key, body] : message.contents.held) {
    const auto it = node.memory.held.find(key);
    const std::optional<RegisterBody> held =
        it == node.memory.held.end() ? std::nullopt : std::optional(it->second);
    const AcceptorMerge merge = AdoptRegister(held, node.memory.floor, body);
    if (merge.refused) {
      refused = true;
      ++reached_["fill refused by a promise"];
      Complete(At(message.from), key);
    }
    if (merge.persist) Hold(node, key, *merge.persist);
  }
  if (refused && !options_.move_bugs.refused_fill_counts) return;
  done.filled = true;
  done.seen = message.contents.seen;
  Persist(node, std::move(done));
  ++reached_["filled"];
}

// Who is behind is not listened to, and taught: the empty answer bears the epoch.
bool RegisterSchedule::Refuses(Node& node, const Message& message) {
  if (profile().moves == 0) return false;
  if (options_.move_bugs.no_fence) return false;
  if (message.epoch > node.epoch) Enter(node, message.epoch);
  if (message.epoch == node.epoch) return false;
  ++reached_["refused for its epoch"];
  Message lesson;
  lesson.kind = Message::Kind::kMerge;
  lesson.from = node.id;
  lesson.to = message.from;
  lesson.epoch = node.epoch;
  lesson.key = "a";
  Send(std::move(lesson));
  return true;
}

}  // namespace quorate::quorum
