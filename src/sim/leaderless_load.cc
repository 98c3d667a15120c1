#include "sim/leaderless_load.h"

#include <utility>

#include "base/error.h"
#include "base/strings.h"
#include "sim/leaderless_receipts.h"
#include "sim/leaderless_replicas.h"

namespace quorate::sim {
namespace {

constexpr char kName[] = "leaderless";
constexpr uint64_t kKeys = 5;
// Written now and then, so that some expire before they are written again.
constexpr uint64_t kQuietKeys = 15;
constexpr absl::Duration kTtlMax = absl::Seconds(2);
constexpr uint32_t kSessions = 3;
constexpr absl::Duration kRetry = absl::Milliseconds(100);
constexpr absl::Duration kAdminDeadline = absl::Seconds(2);
constexpr absl::Duration kThinkMax = absl::Milliseconds(15);
constexpr absl::Duration kDeadlineMax = absl::Seconds(1);
constexpr absl::Duration kPatience = absl::Milliseconds(100);
// Of all writes, those under an identity.
constexpr double kIdentified = 0.4;
// A client that has written without one goes on at once, so often and so many times.
constexpr double kGoesOn = 0.3;
constexpr uint64_t kBurst = 4;

Level SomeLevel(Random& random, bool read) {
  switch (random.Below(10)) {
    case 0:
      return Level::kAll;
    case 1:
      return Level::kTwo;
    case 2:
      return Level::kOne;
    case 3:
      return read ? Level::kBounded : Level::kOne;
    case 4:
      return Level::kLocalQuorum;
    case 5:
      return read ? Level::kLocalQuorum : Level::kEachQuorum;
    default:
      return Level::kQuorum;
  }
}

std::string Describe(const LeaderlessOp& op) {
  const char* verb = op.read ? "get " : op.value.empty() ? "del " : "put ";
  std::string text = StrCat(verb, op.key, op.value.empty() ? "" : "=", op.value);
  StrAppend(&text, " ", LevelName(op.level));
  if (op.ttl != absl::ZeroDuration()) StrAppend(&text, " for ", absl::FormatDuration(op.ttl));
  return text;
}

}  // namespace

LeaderlessLoad::LeaderlessLoad(EventQueue& queue, Trace& trace, Random random, Cluster& cluster,
                               std::function<void(std::string)> violation)
    : queue_(queue),
      trace_(trace),
      random_(random),
      cluster_(cluster),
      violation_(violation),
      oracle_(violation),
      sessions_(kSessions, violation),
      fates_(queue, trace, random_.Fork(), cluster, std::move(violation)),
      targets_(cluster.ids()) {}

void LeaderlessLoad::Start(uint32_t clients, bool firm) {
  armed_ = clients > 0;
  firm_ = firm;
  if (!armed_) return;
  running_ = true;
  MakeKeyspace();
  for (uint32_t i = 0; i < clients; ++i) PlanNext();
}

void LeaderlessLoad::AskOnly(const Nodes& nodes) {
  targets_ = nodes;
  fates_.AskOnly(nodes);
}

void LeaderlessLoad::Stop() {
  running_ = false;
  fates_.Hasten();
}

const ring::KeyspaceInfo* LeaderlessLoad::keyspace(const ring::SharedTopology& topology) const {
  return topology == nullptr ? nullptr : topology->FindKeyspace(kName);
}

// Asked for until it is there.
void LeaderlessLoad::MakeKeyspace() {
  if (keyspace(cluster_.topology()) != nullptr) {
    return trace_.Add(TraceKind::kAdmin, NodeId(), StrCat("keyspace ", kName, " is there"));
  }
  const Nodes up = cluster_.UpNodes();
  if (!up.empty()) {
    ring::KeyspaceSpec spec{.name = kName, .mode = Mode::kQuorum, .conflict = Conflict::kLww};
    spec.partitions = static_cast<uint32_t>(random_.Between(1, 2));
    SimNode& node = cluster_.node(up[random_.Below(up.size())]);
    const absl::Duration deadline = node.machine().env.Monotonic() + kAdminDeadline;
    node.process()->WhenRunning([spec, deadline](Node& running) {
      running.CreateKeyspace(spec, deadline, [](const auto&) {});
    });
  }
  queue_.After(kRetry, [this] { MakeKeyspace(); });
}

void LeaderlessLoad::PlanNext() {
  if (!running_) return;
  queue_.After(kThinkMax * (static_cast<double>(random_.Below(1000)) / 1000), [this] {
    if (running_) IssueOne();
  });
}

LeaderlessOp LeaderlessLoad::MakeOp() {
  LeaderlessOp op;
  op.id = next_op_++;
  const bool quiet = random_.Chance(0.25);
  op.key = quiet ? StrCat("q", random_.Below(kQuietKeys)) : StrCat("f", random_.Below(kKeys));
  op.read = random_.Chance(0.45);
  op.level = SomeLevel(random_, op.read);
  const bool weak = op.level < Level::kQuorum || op.level == Level::kLocalQuorum;
  if (firm_ && !op.read && weak) op.level = Level::kQuorum;
  op.bound = absl::Milliseconds(static_cast<int64_t>(random_.Between(20, 2000)));
  if (!op.read && !random_.Chance(0.2)) op.value = StrCat("v", op.id);
  if (!op.value.empty() && random_.Chance(quiet ? 0.5 : 0.1)) {
    op.ttl = absl::Microseconds(1) *
             static_cast<int64_t>(random_.Between(1, absl::ToInt64Microseconds(kTtlMax)));
  }
  op.invoked = queue_.now();
  sessions_.Assign(op, random_);
  return op;
}

Request LeaderlessLoad::RequestFor(const LeaderlessOp& op, SimNode& node, bool identified) {
  const auto topology = node.node()->topology();
  Request request;
  request.partition = keyspace(topology)->PartitionOf(op.key).id;
  request.epoch = topology->epoch;
  request.level = op.level;
  request.bound = op.bound;
  sessions_.Invoked(op, request);
  if (op.read) {
    request.op = Lookup{{op.key}};
    return request;
  }
  kv::Mutation& mutation = request.op.emplace<kv::Command>().mutations.emplace_back();
  mutation.key = op.key;
  mutation.value = op.value;
  mutation.ttl_us = static_cast<uint64_t>(absl::ToInt64Microseconds(op.ttl));
  if (op.value.empty()) mutation.action = kv::Mutation::Action::kDelete;
  if (identified) fates_.Identify(node.id(), request);
  return request;
}

void LeaderlessLoad::IssueOne() {
  const NodeId asked = targets_[random_.Below(targets_.size())];
  SimNode& node = cluster_.node(asked);
  const bool there = node.up() && keyspace(node.node()->topology()) != nullptr;
  if (!there) return PlanNext();
  LeaderlessOp op = MakeOp();
  const bool identified = !op.read && random_.Chance(kIdentified);
  Request request = RequestFor(op, node, identified);
  const absl::Duration timeout =
      kDeadlineMax * (0.05 + 0.95 * static_cast<double>(random_.Below(1000)) / 1000);
  const bool goes_on = !op.read && !identified && random_.Chance(kGoesOn);
  const Level level = op.level;
  Issue({std::move(op), std::move(request)}, node, timeout);
  if (!goes_on) return;
  // As those of one message of a stream: one run where they are of one partition.
  for (uint64_t more = random_.Between(1, kBurst); more > 0; --more) {
    LeaderlessOp next = MakeOp();
    if (next.read) continue;
    next.level = level;
    Request like = RequestFor(next, node, /*identified=*/false);
    Call extra{std::move(next), std::move(like)};
    extra.extra = true;
    Issue(std::move(extra), node, timeout);
  }
}

void LeaderlessLoad::Issue(Call issued, SimNode& node, absl::Duration timeout) {
  const NodeId asked = node.id();
  auto call = std::make_shared<Call>(std::move(issued));
  const LeaderlessOp& op = call->op;
  oracle_.Invoked(op);
  ++in_flight_;
  call->request.deadline = node.machine().env.Monotonic() + timeout;
  Request request = call->request;
  if (op.read) call->request = Request();
  trace_.Add(TraceKind::kInvoke, asked, StrCat("leaderless #", op.id, " ", Describe(op)));
  // Unknown from then on: whatever comes of it.
  queue_.After(timeout + kPatience, [this, call] { LoseSight(call); });
  AskWithoutLeader(cluster_, asked, std::move(request), violation_,
                   [this, call](Reply reply) { Answered(call, reply); });
}

void LeaderlessLoad::Answered(const CallPtr& call, const Reply& reply) {
  const LeaderlessOp& op = call->op;
  if (call->never && reply.status.ok()) {
    violation_(StrCat("leaderless operation #", op.id, " was told never to be, and then done"));
  }
  if (!call->open) return;
  trace_.Add(TraceKind::kOutcome, NodeId(),
             StrCat("leaderless #", op.id, " ",
                    reply.status.ok() ? StrCat("done, version ", reply.receipt.version)
                                      : std::string(reply.status.message())));
  sessions_.Answered(op, reply);
  if (!reply.status.ok()) return TakeFailure(call, reply);
  op.read ? oracle_.Read(op, reply, queue_.now()) : oracle_.Wrote(op, reply, queue_.now());
  if (!op.read) acknowledged_.emplace(op.key, reply.receipt.version);
  End(call);
  fates_.Settle(call->request);
}

void LeaderlessLoad::TakeFailure(const CallPtr& call, const Reply& reply) {
  if (ReasonOf(reply.status) == "WRITER_EXPIRED") fates_.Expired(call->request);
  if (!call->op.read && AppliedOf(reply.status) != Applied::kNo) return LoseSight(call);
  if (!call->op.read) oracle_.Failed(call->op);
  End(call);
  fates_.Settle(call->request);
}

// Its client goes on.
void LeaderlessLoad::End(const CallPtr& call) {
  call->open = false;
  --in_flight_;
  if (!call->extra) PlanNext();
}

void LeaderlessLoad::LoseSight(const CallPtr& call) {
  if (!call->open) return;
  End(call);
  if (std::get<kv::Command>(call->request.op).identity.writer == 0) return;
  fates_.Resolve(call->request, [this, call](const Reply& reply) { TakeFate(call, reply); });
}

void LeaderlessLoad::TakeFate(const CallPtr& call, const Reply& reply) {
  if (reply.write.fate == kv::Fate::kApplied) {
    LeaderlessOp op = call->op;
    if (reply.receipt.achieved == Level::kOne) op.level = Level::kOne;
    oracle_.Wrote(op, reply, queue_.now());
    acknowledged_.emplace(op.key, reply.receipt.version);
  } else if (reply.write.fate == kv::Fate::kNever) {
    call->never = true;
    oracle_.Failed(call->op);
  }
  fates_.Settle(call->request);
}

std::string LeaderlessLoad::WhatIsWrong() {
  const auto topology = cluster_.topology();
  const ring::KeyspaceInfo* info = keyspace(topology);
  return info == nullptr ? "" : WhatIsWrongInJournals(cluster_, *info, acknowledged_);
}

std::string LeaderlessLoad::WhatDiffers() {
  const auto topology = cluster_.topology();
  const ring::KeyspaceInfo* info = keyspace(topology);
  if (info == nullptr) return armed_ ? "the leaderless keyspace was never made" : "";
  std::string differs = WhatDiffersIn(cluster_, *info);
  return differs.empty() ? WhatIsDeadIn(cluster_, *info) : differs;
}

}  // namespace quorate::sim
