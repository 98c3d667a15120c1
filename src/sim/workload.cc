#include "sim/workload.h"

#include <algorithm>
#include <utility>

#include "base/error.h"
#include "base/probe.h"
#include "base/strings.h"

namespace quorate::sim {
namespace {

// A client waits this much longer than the deadline it gave.
constexpr absl::Duration kClientPatience = absl::Milliseconds(100);
// A node that runs must answer by the deadline, give or take held-up turns and
// its clock.
constexpr absl::Duration kAnswerSlack = absl::Seconds(4);
constexpr absl::Duration kWireMax = absl::Milliseconds(2);

Reply ErrorReply(absl::Status status) {
  Reply reply;
  reply.status = std::move(status);
  return reply;
}

const std::string& FirstKey(const Op& op) {
  static const std::string none;
  if (!op.mutations.empty()) return op.mutations.front().key;
  return op.keys.empty() ? none : op.keys.front();
}

Outcome OutcomeOf(const Op& op, const absl::Status& status) {
  if (status.ok()) {
    // At ONE it may yet be lost with its leader.
    const bool loose = op.kind == OpKind::kWrite && op.level == Level::kOne;
    return loose ? Outcome::kUnknown : Outcome::kDone;
  }
  if (op.kind != OpKind::kWrite) return Outcome::kFailed;  // a read has no effect
  const std::string reason = ReasonOf(status);
  // Answers of the state machine: it was asked and did nothing.
  if (reason == "CONDITION_FAILED") return Outcome::kDone;
  if (AppliedOf(status) == Applied::kNo) return Outcome::kFailed;
  return Outcome::kUnknown;
}

}  // namespace

Workload::Workload(EventQueue& queue, Trace& trace, Random random, const WorkloadProfile& profile,
                   Cluster& cluster, Oracle& oracle, std::function<void(std::string)> violation)
    : queue_(queue),
      trace_(trace),
      random_(random),
      profile_(profile),
      cluster_(cluster),
      oracle_(oracle),
      violation_(std::move(violation)),
      generator_(random_.Fork(), profile),
      targets_(cluster.ids()) {}

absl::Duration Workload::Upto(absl::Duration longest) {
  return longest * (static_cast<double>(random_.Below(1000)) / 1000);
}

absl::Duration Workload::Timeout() {
  return profile_.deadline_min + Upto(profile_.deadline_max - profile_.deadline_min);
}

void Workload::Start(std::function<std::vector<std::string>()> keyspaces) {
  keyspaces_ = std::move(keyspaces);
  running_ = true;
  for (uint32_t i = 0; i < profile_.clients; ++i) {
    clients_.push_back({next_client_++, {}});
    PlanNext(i);
  }
}

void Workload::PlanNext(size_t slot) {
  if (!running_) return;
  queue_.After(Upto(profile_.think_max), [this, slot] {
    if (running_) IssueOne(slot);
  });
}

void Workload::IssueOne(size_t slot) {
  const std::vector<std::string> keyspaces = keyspaces_();
  if (keyspaces.empty()) {
    queue_.After(absl::Milliseconds(10), [this, slot] { PlanNext(slot); });
    return;
  }
  Op op = generator_.Make(keyspaces[random_.Below(keyspaces.size())], NextOpId());
  op.client = clients_[slot].id;
  Run(std::move(op), PartitionId(), [this, slot](const Op& ended) {
    generator_.Learn(ended);
    if (ended.outcome == Outcome::kUnknown) clients_[slot] = {next_client_++, {}};
    if (ended.outcome == Outcome::kDone) {
      clients_[slot].session.Note(ended.partition, ended.reply.receipt.position);
    }
    PlanNext(slot);
  });
}

void Workload::Run(Op op, PartitionId partition, std::function<void(const Op&)> done) {
  if (op.client == 0) op.client = next_client_++;
  op.asked = targets_[random_.Below(targets_.size())];
  op.invoked = queue_.now();
  history_.push_back(std::move(op));
  auto call = std::make_shared<Call>();
  call->index = history_.size() - 1;
  call->done = std::move(done);
  open_.push_back(call);
  ++in_flight_;
  queue_.After(Upto(kWireMax), [this, call, partition] { Arrive(call, partition); });
}

// The request is at the node, or finds nobody there.
void Workload::Arrive(const CallPtr& call, PartitionId partition) {
  Op& op = history_[call->index];
  SimNode& node = cluster_.node(op.asked);
  if (!node.up()) {
    return Finish(call, Outcome::kFailed, ErrorReply(absl::UnavailableError("connection refused")));
  }
  const auto topology = node.node()->topology();
  if (!partition) {
    const ring::KeyspaceInfo* keyspace = topology->FindKeyspace(op.keyspace);
    if (keyspace == nullptr) {
      return Finish(call, Outcome::kFailed, ErrorReply(absl::NotFoundError("no such keyspace")));
    }
    partition = op.kind == OpKind::kScan
                    ? keyspace->partitions[random_.Below(keyspace->partitions.size())].id
                    : keyspace->PartitionOf(FirstKey(op)).id;
  }
  op.partition = partition;
  trace_.Add(TraceKind::kInvoke, op.asked, DescribeCall(op));
  oracle_.Invoked(op);
  const absl::Duration timeout = Timeout();
  Request request;
  request.partition = partition;
  request.epoch = topology->epoch;
  request.level = op.level;
  request.bound = op.bound;
  request.ladder = op.ladder;
  request.seen = op.seen = SeenBy(op.client, partition);
  request.deadline = node.machine().env.Monotonic() + timeout;
  switch (op.kind) {
    case OpKind::kWrite:
      request.op = kv::Command{op.mutations};
      break;
    case OpKind::kLookup:
      request.op = Lookup{op.keys};
      break;
    case OpKind::kScan:
      request.op = op.range;
      break;
  }
  call->node_life = node.life();
  call->node_freezes = node.freezes();
  queue_.After(timeout + kClientPatience, [this, call] { GiveUp(call); });
  node.process()->Execute(std::move(request),
                          [this, call](Reply reply) { Answered(call, std::move(reply)); });
}

Seen Workload::SeenBy(uint64_t client, PartitionId partition) const {
  const auto it = std::find_if(clients_.begin(), clients_.end(),
                               [client](const Client& one) { return one.id == client; });
  return it == clients_.end() ? Seen() : it->session.Find(partition);
}

void Workload::Answered(const CallPtr& call, Reply reply) {
  if (call->node_life == 0) {
    violation_(StrCat("operation #", history_[call->index].id, " was answered twice"));
    return;
  }
  call->node_life = 0;
  if (random_.Chance(profile_.reply_loss)) return;
  // std::function wants what it holds copyable.
  auto held = std::make_shared<Reply>(std::move(reply));
  queue_.After(Upto(kWireMax), [this, call, held] {
    if (!call->open) return;
    const Outcome outcome = OutcomeOf(history_[call->index], held->status);
    Finish(call, outcome, std::move(*held));
  });
}

void Workload::GiveUp(const CallPtr& call) {
  const Op& op = history_[call->index];
  if (call->node_life != 0) {
    // Its node has yet to answer; if it runs on, it must before long.
    const uint64_t life = call->node_life;
    queue_.After(kAnswerSlack, [this, call, life, id = op.id, asked = op.asked] {
      const SimNode& node = cluster_.node(asked);
      if (call->node_life != life || node.life() != life) return;
      if (node.frozen() || call->node_freezes != node.freezes()) return;
      violation_(StrCat("operation #", id, " was never answered by ", asked.ToString()));
    });
  }
  if (!call->open) return;
  Reached<"sim: a client ran out of patience">();
  const Outcome outcome = op.kind == OpKind::kWrite ? Outcome::kUnknown : Outcome::kFailed;
  Finish(call, outcome, ErrorReply(absl::DeadlineExceededError("no answer")));
}

void Workload::NodeDied(NodeId node) {
  const std::vector<CallPtr> open = open_;
  for (const CallPtr& call : open) {
    const Op& op = history_[call->index];
    if (op.asked != node || !op.partition) continue;
    queue_.After(Upto(kWireMax), [this, call] {
      if (!call->open) return;
      const bool write = history_[call->index].kind == OpKind::kWrite;
      Finish(call, write ? Outcome::kUnknown : Outcome::kFailed,
             ErrorReply(absl::UnavailableError("connection broke")));
    });
  }
}

void Workload::Finish(const CallPtr& call, Outcome outcome, Reply reply) {
  if (!std::exchange(call->open, false)) return;
  open_.erase(std::find(open_.begin(), open_.end(), call));
  --in_flight_;
  Op& op = history_[call->index];
  op.outcome = outcome;
  op.returned = queue_.now();
  op.reply = std::move(reply);
  if (op.partition) {
    trace_.Add(TraceKind::kOutcome, op.asked, DescribeOutcome(op));
    oracle_.Returned(op);
  }
  call->done(op);
}

}  // namespace quorate::sim
