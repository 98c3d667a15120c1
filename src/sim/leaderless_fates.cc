#include "sim/leaderless_fates.h"

#include <algorithm>
#include <utility>

#include "base/error.h"
#include "base/probe.h"
#include "base/strings.h"
#include "sim/leaderless_receipts.h"

namespace quorate::sim {
namespace {

// Of each partition.
constexpr size_t kWriters = 3;
constexpr absl::Duration kOpening = absl::Milliseconds(500);
constexpr absl::Duration kDeadlineMax = absl::Milliseconds(600);
constexpr absl::Duration kPatience = absl::Milliseconds(100);
constexpr absl::Duration kPauseMax = absl::Seconds(1);
constexpr absl::Duration kHastyPauseMax = absl::Milliseconds(20);
constexpr double kOnlyLooks = 0.25;
constexpr double kLateCopies = 0.3;

kv::Identity& IdentityOf(Request& write) { return std::get<kv::Command>(write.op).identity; }
const kv::Identity& IdentityOf(const Request& write) {
  return std::get<kv::Command>(write.op).identity;
}

const char* FateName(kv::Fate fate) {
  switch (fate) {
    case kv::Fate::kApplied:
      return "applied";
    case kv::Fate::kNever:
      return "never";
    case kv::Fate::kPossible:
      return "possible";
    case kv::Fate::kSettled:
      return "settled";
    case kv::Fate::kExpired:
      return "expired";
    default:
      return "none";
  }
}

std::string NameOf(const kv::Identity& identity) {
  return StrCat("fate of ", identity.writer, "/", identity.sequence);
}

}  // namespace

absl::Duration LeaderlessFates::Some(absl::Duration most) {
  return most * (static_cast<double>(random_.Below(1000)) / 1000);
}

bool LeaderlessFates::Identify(NodeId asked, Request& write) {
  const size_t slot = random_.Below(kWriters);
  const auto identity = writers_.Number(slot, write.partition);
  if (identity) {
    IdentityOf(write) = *identity;
  } else if (writers_.WantsOpening(slot, write.partition)) {
    OpenWriter(slot, asked, write.partition);
  }
  return identity.has_value();
}

void LeaderlessFates::OpenWriter(size_t slot, NodeId asked, PartitionId partition) {
  SimNode& node = cluster_.node(asked);
  Request request;
  request.partition = partition;
  request.epoch = node.node()->topology()->epoch;
  request.level = Level::kOne;
  request.deadline = node.machine().env.Monotonic() + kOpening;
  request.op.emplace<kv::Command>().action = kv::Command::Action::kOpenWriter;
  // A node that dies does not answer: another writer is opened before long.
  const auto answered = std::make_shared<bool>(false);
  queue_.After(kOpening + kPatience, [this, answered, slot, partition] {
    if (!std::exchange(*answered, true)) writers_.NotOpened(slot, partition);
  });
  node.process()->Execute(std::move(request), [this, answered, slot, partition](Reply reply) {
    if (std::exchange(*answered, true)) return;
    if (!reply.status.ok()) return writers_.NotOpened(slot, partition);
    writers_.Opened(slot, partition, reply.write.writer);
  });
}

void LeaderlessFates::Settle(const Request& write) {
  for (size_t slot = 0; slot < kWriters; ++slot) {
    writers_.Settle(slot, write.partition, IdentityOf(write));
  }
}

void LeaderlessFates::Expired(const Request& write) {
  for (size_t slot = 0; slot < kWriters; ++slot) {
    writers_.Expired(slot, write.partition, IdentityOf(write).writer);
  }
}

void LeaderlessFates::Resolve(const Request& write, Told told) {
  ++in_flight_;
  AskLater(std::make_shared<Question>(Question{write, std::move(told)}));
}

void LeaderlessFates::AskLater(const QuestionPtr& question) {
  queue_.After(Some(hasty_ ? kHastyPauseMax : kPauseMax), [this, question] { Ask(question); });
}

void LeaderlessFates::Ask(const QuestionPtr& question) {
  const NodeId asked = targets_[random_.Below(targets_.size())];
  SimNode& node = cluster_.node(asked);
  if (!node.up()) return AskLater(question);
  Request request = question->write;
  auto& command = std::get<kv::Command>(request.op);
  command.mutations.clear();
  command.action =
      random_.Chance(kOnlyLooks) ? kv::Command::Action::kLook : kv::Command::Action::kFence;
  request.epoch = node.node()->topology()->epoch;
  const absl::Duration timeout = kDeadlineMax * 0.1 + Some(kDeadlineMax * 0.9);
  request.deadline = node.machine().env.Monotonic() + timeout;
  trace_.Add(TraceKind::kInvoke, asked,
             StrCat(NameOf(command.identity), " ", LevelName(request.level)));
  question->open = true;
  queue_.After(timeout + kPatience, [this, question] {
    if (std::exchange(question->open, false)) AskLater(question);
  });
  AskWithoutLeader(cluster_, asked, std::move(request), violation_, [this, question](Reply reply) {
    if (std::exchange(question->open, false)) Answered(question, reply);
  });
}

void LeaderlessFates::Answered(const QuestionPtr& question, const Reply& reply) {
  const kv::Identity& identity = IdentityOf(question->write);
  const kv::Fate fate = reply.write.fate;
  trace_.Add(TraceKind::kOutcome, NodeId(),
             StrCat(NameOf(identity), ": ",
                    reply.status.ok() ? FateName(fate) : std::string(reply.status.message())));
  if (ReasonOf(reply.status) == "REPLICA_DOWN") {
    return violation_(StrCat(NameOf(identity), " was taken for a write, and refused as such"));
  }
  if (!reply.status.ok() || fate == kv::Fate::kPossible) return AskLater(question);
  --in_flight_;
  if (fate == kv::Fate::kSettled) {
    return violation_(StrCat(NameOf(identity), " is settled, but its client asks"));
  }
  if (fate == kv::Fate::kNever) Reached<"sim: a leaderless write was told never to be">();
  if (fate == kv::Fate::kNever && random_.Chance(kLateCopies)) SendAgain(question->write);
  question->told(reply);
}

void LeaderlessFates::SendAgain(Request write) {
  const NodeId asked = targets_[random_.Below(targets_.size())];
  SimNode& node = cluster_.node(asked);
  if (!node.up()) return;
  write.epoch = node.node()->topology()->epoch;
  write.deadline = node.machine().env.Monotonic() + kDeadlineMax;
  const std::string name = NameOf(IdentityOf(write));
  trace_.Add(TraceKind::kInvoke, asked, StrCat(name, " was never: once more"));
  node.process()->Execute(std::move(write), [this, name](Reply reply) {
    if (reply.status.ok()) violation_(StrCat(name, " was never, but now it is done"));
  });
}

}  // namespace quorate::sim
