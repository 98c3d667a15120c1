#include "sim/workload.h"

#include <algorithm>
#include <utility>

#include "base/error.h"
#include "base/probe.h"
#include "base/strings.h"
#include "sim/receipt_check.h"

namespace quorate::sim {
namespace {

// A client waits this much longer than the deadline it gave.
constexpr absl::Duration kClientPatience = absl::Milliseconds(100);
// A node that runs must answer by the deadline, give or take held-up turns and
// its clock.
constexpr absl::Duration kAnswerSlack = absl::Seconds(4);
constexpr absl::Duration kWireMax = absl::Milliseconds(2);

// Of clients that begin, how many do not go on under the last one's writers.
constexpr double kOpensAnotherWriter = 0.2;

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

std::string Attempted(const kv::Identity& identity, Asked what) {
  if (what == Asked::kOnce) return "";
  return StrCat(what == Asked::kFate ? " (what became of w" : " (w", identity.writer, ".",
                identity.sequence, ")");
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
  const uint64_t client = op.client = clients_[slot].id;
  const CallPtr call = Open(std::move(op), [this, slot, client](const Op& ended) {
    generator_.Learn(ended);
    if (clients_[slot].id != client) return;  // it went on before
    if (ended.outcome == Outcome::kUnknown) return GoOnAsAnother(slot);
    if (ended.outcome == Outcome::kDone) {
      clients_[slot].session.Note(ended.partition, ended.reply.receipt.position);
    }
    PlanNext(slot);
  });
  call->slot = slot;
}

void Workload::GoOnAsAnother(size_t slot) {
  if (random_.Chance(kOpensAnotherWriter)) writers_.Abandon(slot);
  clients_[slot] = {next_client_++, {}};
  PlanNext(slot);
}

void Workload::Run(Op op, PartitionId partition, std::function<void(const Op&)> done) {
  op.partition = partition;
  Open(std::move(op), std::move(done));
}

Workload::CallPtr Workload::Open(Op op, std::function<void(const Op&)> done) {
  if (op.client == 0) op.client = next_client_++;
  const PartitionId partition = std::exchange(op.partition, PartitionId());
  op.asked = Anyone();
  op.invoked = queue_.now();
  history_.push_back(std::move(op));
  auto call = std::make_shared<Call>();
  call->index = history_.size() - 1;
  call->done = std::move(done);
  ++in_flight_;
  queue_.After(Upto(kWireMax), [this, call, partition] { Arrive(call, partition); });
  return call;
}

void Workload::Arrive(const CallPtr& call, PartitionId partition) {
  Op& op = history_[call->index];
  SimNode& node = cluster_.node(op.asked);
  if (!node.up()) {
    return Finish(call, Outcome::kFailed, ErrorReply(absl::UnavailableError("connection refused")));
  }
  if (!partition) {
    const auto topology = node.node()->topology();
    const ring::KeyspaceInfo* keyspace = topology->FindKeyspace(op.keyspace);
    if (keyspace == nullptr) {
      return Finish(call, Outcome::kFailed, ErrorReply(absl::NotFoundError("no such keyspace")));
    }
    partition = op.kind == OpKind::kScan
                    ? keyspace->partitions[random_.Below(keyspace->partitions.size())].id
                    : keyspace->PartitionOf(FirstKey(op)).id;
  }
  op.partition = partition;
  op.seen = SeenBy(op.client, partition);
  Identify(call);
  oracle_.Invoked(op);
  Send(call, op.asked, call->identity.writer == 0 ? Asked::kOnce : Asked::kAgain);
}

void Workload::Send(const CallPtr& call, NodeId asked, Asked what) {
  const Op& op = history_[call->index];
  trace_.Add(TraceKind::kInvoke, asked, DescribeCall(op) + Attempted(call->identity, what));
  ++call->attempts;
  auto attempt = std::make_shared<Attempt>();
  attempt->call = call;
  attempt->asked = asked;
  attempt->what = what;
  open_.push_back(attempt);
  SimNode& node = cluster_.node(asked);
  if (!node.up()) return Unanswered(attempt, absl::UnavailableError("connection refused"));
  const absl::Duration timeout = Timeout();
  attempt->node_life = node.life();
  attempt->node_freezes = node.freezes();
  queue_.After(timeout + kClientPatience, [this, attempt] { GiveUp(attempt); });
  node.process()->Execute(MakeRequest(call, node, what, timeout),
                          [this, attempt](Reply reply) { Answered(attempt, std::move(reply)); });
}

Request Workload::MakeRequest(const CallPtr& call, SimNode& node, Asked what,
                              absl::Duration timeout) const {
  const Op& op = history_[call->index];
  Request request;
  request.partition = op.partition;
  request.epoch = node.node()->topology()->epoch;
  request.level = op.level;
  request.bound = op.bound;
  request.ladder = op.ladder;
  request.seen = op.seen;
  request.deadline = node.machine().env.Monotonic() + timeout;
  switch (op.kind) {
    case OpKind::kWrite: {
      kv::Command& command = request.op.emplace<kv::Command>();
      command.identity = call->identity;
      if (what == Asked::kFate) {
        command.action = kv::Command::Action::kFence;
      } else {
        command.mutations = op.mutations;
      }
      break;
    }
    case OpKind::kLookup:
      request.op = Lookup{op.keys};
      break;
    case OpKind::kScan:
      request.op = op.range;
      break;
  }
  return request;
}

Seen Workload::SeenBy(uint64_t client, PartitionId partition) const {
  const auto it = std::find_if(clients_.begin(), clients_.end(),
                               [client](const Client& one) { return one.id == client; });
  return it == clients_.end() ? Seen() : it->session.Find(partition);
}

void Workload::Answered(const AttemptPtr& attempt, Reply reply) {
  if (attempt->node_life == 0) {
    violation_(StrCat("operation #", history_[attempt->call->index].id, " was answered twice"));
    return;
  }
  attempt->node_life = 0;
  const Op& op = history_[attempt->call->index];
  if (reply.status.ok()) {
    const std::string lie = WhatReceiptLiesAbout(cluster_, attempt->asked, op, reply);
    if (!lie.empty()) violation_(StrCat("the receipt of operation #", op.id, " is wrong: ", lie));
  }
  if (random_.Chance(profile_.reply_loss)) return;
  // std::function wants what it holds copyable.
  auto held = std::make_shared<Reply>(std::move(reply));
  queue_.After(Upto(kWireMax), [this, attempt, held] { Conclude(attempt, std::move(*held)); });
}

void Workload::GiveUp(const AttemptPtr& attempt) {
  if (attempt->node_life != 0) {
    // Its node has yet to answer; if it runs on, it must before long.
    const uint64_t life = attempt->node_life;
    queue_.After(kAnswerSlack, [this, attempt, life] {
      const SimNode& node = cluster_.node(attempt->asked);
      if (attempt->node_life != life || node.life() != life) return;
      if (node.frozen() || attempt->node_freezes != node.freezes()) return;
      violation_(StrCat("operation #", history_[attempt->call->index].id, " was never answered by ",
                        attempt->asked.ToString()));
    });
  }
  if (!attempt->open) return;
  Reached<"sim: a client ran out of patience">();
  attempt->call->doubt = true;
  Unanswered(attempt, absl::DeadlineExceededError("no answer"));
}

void Workload::NodeDied(NodeId node) {
  const std::vector<AttemptPtr> open = open_;
  for (const AttemptPtr& attempt : open) {
    if (attempt->asked != node) continue;
    queue_.After(Upto(kWireMax), [this, attempt] {
      if (!attempt->open) return;
      attempt->call->doubt = true;
      Unanswered(attempt, absl::UnavailableError("connection broke"));
    });
  }
}

void Workload::Unanswered(const AttemptPtr& attempt, absl::Status why) {
  Conclude(attempt, ErrorReply(std::move(why)));
}

void Workload::Finish(const CallPtr& call, Outcome outcome, Reply reply) {
  if (!std::exchange(call->open, false)) return;
  --in_flight_;
  Op& op = history_[call->index];
  op.outcome = outcome;
  op.returned = queue_.now();
  op.reply = std::move(reply);
  if (call->identity.writer != 0) {
    writers_.Settle(*call->slot, op.partition, call->identity);
    MaybeSendLateCopy(call);
  }
  if (op.partition) {
    trace_.Add(TraceKind::kOutcome, op.asked, DescribeOutcome(op));
    oracle_.Returned(op);
  }
  call->done(op);
}

}  // namespace quorate::sim
