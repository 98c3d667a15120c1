#include "sim/merging_load.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "base/error.h"
#include "base/strings.h"
#include "sim/leaderless_receipts.h"
#include "sim/leaderless_replicas.h"

namespace quorate::sim {
namespace {

constexpr absl::Duration kRetry = absl::Milliseconds(100);
constexpr absl::Duration kAdminDeadline = absl::Seconds(2);
constexpr absl::Duration kThinkMax = absl::Milliseconds(30);
constexpr absl::Duration kDeadlineMax = absl::Seconds(1);
constexpr absl::Duration kPatience = absl::Milliseconds(100);
constexpr size_t kShownKept = 3;
constexpr uint32_t kSessions = 3;
// Of all writes, those under an identity, and of these those that are sent twice.
constexpr double kIdentified = 0.6;
constexpr double kDoubled = 0.2;
// All of its writes do, so that in the end the outcome of each is known.
constexpr char kExactKey[] = "c1";
// Of those whose node died meanwhile, those that are sent to it again.
constexpr double kInsists = 0.7;
constexpr absl::Duration kSecondCopyMax = absl::Seconds(1);
constexpr absl::Duration kUntilItIsUp = absl::Milliseconds(2);

using Kind = MergingOp::Kind;

// Of all reads.
constexpr double kBoundedReads = 0.25;

Level SomeLevel(Random& random, bool read) {
  if (read && random.Chance(kBoundedReads)) return Level::kBounded;
  constexpr Level kLevels[] = {Level::kOne, Level::kOne,    Level::kTwo,
                               Level::kAll, Level::kQuorum, Level::kQuorum};
  return kLevels[random.Below(std::size(kLevels))];
}

std::string Describe(const MergingOp& op) {
  std::string text = op.kind == Kind::kRead ? StrCat("get ", op.key) : StrCat("write ", op.key);
  if (op.kind == Kind::kCount) StrAppend(&text, ", add ", op.delta, " in ", op.cell);
  if (!op.value.empty()) StrAppend(&text, ", put ", op.value, " in ", op.cell);
  if (op.ttl != absl::ZeroDuration()) StrAppend(&text, " for ", absl::FormatDuration(op.ttl));
  for (const auto& [cell, element] : op.removes) StrAppend(&text, ", remove ", element);
  for (const auto& [cell, value] : op.clears) StrAppend(&text, ", clear ", cell, "=", value);
  return text;
}

bool IsReplica(NodeId node, const ring::PartitionInfo& partition) {
  const auto& replicas = partition.replicas;
  return std::find(replicas.begin(), replicas.end(), node) != replicas.end();
}

}  // namespace

MergingLoad::MergingLoad(EventQueue& queue, Trace& trace, Random random, Cluster& cluster,
                         std::function<void(std::string)> violation)
    : queue_(queue),
      trace_(trace),
      random_(random),
      cluster_(cluster),
      violation_(violation),
      oracle_(violation, [&queue] { return queue.now(); }),
      fates_(queue, trace, random_.Fork(), cluster, violation),
      sessions_(kSessions, std::move(violation)),
      targets_(cluster.ids()) {}

void MergingLoad::Start(uint32_t clients, bool firm) {
  armed_ = clients > 0;
  firm_ = firm;
  if (!armed_) return;
  running_ = true;
  for (const MergingKeyspace& keyspace : kMergingKeyspaces) MakeKeyspace(keyspace);
  for (uint32_t i = 0; i < clients; ++i) PlanNext();
}

void MergingLoad::AskOnly(const Nodes& nodes) {
  targets_ = nodes;
  fates_.AskOnly(nodes);
}

void MergingLoad::Stop() {
  running_ = false;
  fates_.Hasten();
}

const ring::KeyspaceInfo* MergingLoad::Keyspace(const std::string& name) const {
  const auto topology = cluster_.topology();
  return topology == nullptr ? nullptr : topology->FindKeyspace(name);
}

bool MergingLoad::ready() const {
  return !armed_ || std::all_of(std::begin(kMergingKeyspaces), std::end(kMergingKeyspaces),
                                [this](const auto& one) { return Keyspace(one.name) != nullptr; });
}

// Asked for until it is there.
void MergingLoad::MakeKeyspace(const MergingKeyspace& keyspace) {
  if (Keyspace(keyspace.name) != nullptr) return;
  const Nodes up = cluster_.UpNodes();
  if (!up.empty()) {
    ring::KeyspaceSpec spec{
        .name = keyspace.name, .mode = Mode::kQuorum, .conflict = keyspace.conflict};
    spec.partitions = 1;
    SimNode& node = cluster_.node(up[random_.Below(up.size())]);
    const absl::Duration deadline = node.machine().env.Monotonic() + kAdminDeadline;
    node.process()->WhenRunning([spec, deadline](Node& running) {
      running.CreateKeyspace(spec, deadline, [](const auto&) {});
    });
  }
  queue_.After(kRetry, [this, &keyspace] { MakeKeyspace(keyspace); });
}

void MergingLoad::PlanNext() {
  if (!running_) return;
  queue_.After(Upto(kThinkMax), [this] {
    if (running_) IssueOne();
  });
}

absl::Duration MergingLoad::Upto(absl::Duration most) {
  return most * (static_cast<double>(random_.Below(1000)) / 1000);
}

MergingOp MergingLoad::MakeOp(const std::string& key) {
  MergingOp op;
  op.id = next_op_++;
  op.key = key;
  op.invoked = queue_.now();
  const bool read = random_.Chance(0.4);
  op.level = SomeLevel(random_, read);
  if (firm_ && !read && op.level < Level::kQuorum) op.level = Level::kQuorum;
  op.bound = absl::Milliseconds(static_cast<int64_t>(random_.Between(20, 2000)));
  if (!read) RollWrite(random_, KnownOf(key), op);
  sessions_.Assign(op, random_);
  return op;
}

// A read of it that a write may follow.
MergingShown MergingLoad::KnownOf(const std::string& key) {
  const auto& known = shown_[key];
  if (!known.empty()) return known[random_.Below(known.size())];
  return ShownIn(key, std::optional<kv::Record>());
}

Request MergingLoad::RequestFor(const MergingOp& op, const ring::SharedTopology& topology) {
  Request request;
  const auto* keyspace = topology->FindKeyspace(MergingKeyspaceOf(op.key).name);
  request.partition = keyspace->PartitionOf(op.key).id;
  request.epoch = topology->epoch;
  request.level = op.level;
  request.bound = op.bound;
  sessions_.Invoked(op, request);
  if (op.kind == Kind::kRead) {
    request.op = Lookup{{op.key}};
  } else {
    request.op.emplace<kv::Command>().mutations = {op.mutation};
  }
  return request;
}

void MergingLoad::IssueOne() {
  const NodeId asked = targets_[random_.Below(targets_.size())];
  SimNode& node = cluster_.node(asked);
  const MergingKeyspace& keyspace = kMergingKeyspaces[random_.Below(std::size(kMergingKeyspaces))];
  const bool there = node.up() && node.node()->topology()->FindKeyspace(keyspace.name) != nullptr;
  if (!there) return PlanNext();
  auto call = std::make_shared<Call>();
  call->asked = asked;
  call->op = MakeOp(StrCat(std::string(1, keyspace.initial), random_.Below(kMergingKeys)));
  Request request = RequestFor(call->op, node.node()->topology());
  const absl::Duration timeout = kDeadlineMax * 0.05 + Upto(kDeadlineMax * 0.95);
  request.deadline = node.machine().env.Monotonic() + timeout;
  if (call->op.kind != Kind::kRead && !Identify(call, request)) return PlanNext();
  oracle_.Invoked(call->op);
  ++in_flight_;
  trace_.Add(TraceKind::kInvoke, asked,
             StrCat("merging #", call->op.id, " ", Describe(call->op), " ",
                    LevelName(call->op.level), call->doubled ? " twice" : ""));
  // Unknown from then on: whatever comes of it.
  queue_.After(timeout + kPatience, [this, call] { LoseSight(call); });
  if (call->doubled) SendAgain(call, Upto(kSecondCopyMax));
  AskWithoutLeader(cluster_, asked, std::move(request), violation_,
                   [this, call](Reply reply) { Answered(call, reply); });
}

// False: it needs an identity, and there is no writer yet.
bool MergingLoad::Identify(const CallPtr& call, Request& request) {
  const bool exact = call->op.key == kExactKey;
  if (!exact && !random_.Chance(kIdentified)) return true;
  if (!fates_.Identify(call->asked, request)) return !exact;
  call->request = request;
  // Another replica would do it once more; this one must not.
  const auto topology = cluster_.node(call->asked).node()->topology();
  const ring::PartitionInfo& partition = *topology->FindPartition(request.partition);
  if (IsReplica(call->asked, partition)) {
    call->copy = partition.JoinedAt(call->asked);
    repeatable_[call->op.id] = call;
    call->doubled = random_.Chance(kDoubled);
  }
  return true;
}

// The node may have started anew by then, or just then.
void MergingLoad::SendAgain(const CallPtr& call, absl::Duration later) {
  queue_.After(later, [this, call] {
    SimNode& node = cluster_.node(call->asked);
    if (!running_) return;
    if (!node.up()) return SendAgain(call, kUntilItIsUp);
    const auto* partition = node.node()->topology()->FindPartition(call->request.partition);
    if (!IsReplica(call->asked, *partition) || partition->JoinedAt(call->asked) != call->copy) {
      return;
    }
    Request request = call->request;
    request.deadline = node.machine().env.Monotonic() + kDeadlineMax;
    AskWithoutLeader(cluster_, call->asked, std::move(request), violation_,
                     [this, call](Reply reply) { Answered(call, reply); });
  });
}

void MergingLoad::NodeDied(NodeId node) {
  for (const auto& [id, call] : repeatable_) {
    if (call->asked != node || call->doubled || !random_.Chance(kInsists)) continue;
    call->doubled = true;
    SendAgain(call, kUntilItIsUp);
  }
}

void MergingLoad::Answered(const CallPtr& call, const Reply& reply) {
  const MergingOp& op = call->op;
  if (call->never && reply.status.ok()) {
    violation_(StrCat("merging operation #", op.id, " was told never to be, and then done"));
  }
  if (!call->open) return;
  trace_.Add(TraceKind::kOutcome, NodeId(),
             StrCat("merging #", op.id, " ",
                    reply.status.ok() ? "done" : std::string(reply.status.message())));
  if (!reply.status.ok()) return TakeFailure(call, reply);
  op.kind == Kind::kRead ? TakeRead(op, reply) : TakeWrite(op, reply);
  End(call);
  fates_.Settle(call->request);
}

void MergingLoad::TakeRead(const MergingOp& op, const Reply& reply) {
  MergingShown shown = ShownIn(op.key, reply.found.front());
  shown.served_by = reply.receipt.served_by;
  oracle_.Read(op, shown, reply.receipt.staleness);
  sessions_.Answered(op, reply);
  oracle_.SessionShown(op, shown);
  Remember(std::move(shown));
}

void MergingLoad::TakeWrite(const MergingOp& op, const Reply& reply) {
  oracle_.Done(op, op.level, reply.receipt.version);
  sessions_.Answered(op, reply);
  oracle_.SessionTold(op);
  // Told where its writer knows of all that is there: no siblings but its own.
  const std::string& context = reply.write.results.front().context;
  if (MergingKeyspaceOf(op.key).conflict != Conflict::kSiblings || context.empty()) return;
  MergingShown shown = ShownIn(op.key, std::optional<kv::Record>());
  if (!op.value.empty()) shown.elements[op.key] = {op.value};
  shown.context = context;
  Remember(std::move(shown));
}

void MergingLoad::TakeFailure(const CallPtr& call, const Reply& reply) {
  const MergingOp& op = call->op;
  if (ReasonOf(reply.status) == "WRITER_EXPIRED") fates_.Expired(call->request);
  const Applied applied = AppliedOf(reply.status);
  const bool known = applied == Applied::kYes || (applied == Applied::kNo && !call->doubled);
  if (op.kind != Kind::kRead && !known) return LoseSight(call);
  if (op.kind != Kind::kRead) {
    applied == Applied::kYes ? oracle_.Done(op, Level::kOne) : oracle_.Failed(op);
  }
  End(call);
  fates_.Settle(call->request);
}

void MergingLoad::Remember(MergingShown shown) {
  if (shown.context.empty()) return;
  shown.shown_at = oracle_.step();
  auto& known = shown_[shown.key];
  known.push_back(std::move(shown));
  if (known.size() > kShownKept) known.pop_front();
}

// Its client goes on.
void MergingLoad::End(const CallPtr& call) {
  call->open = false;
  repeatable_.erase(call->op.id);
  --in_flight_;
  PlanNext();
}

void MergingLoad::LoseSight(const CallPtr& call) {
  if (!call->open) return;
  End(call);
  if (std::get<kv::Command>(call->request.op).identity.writer == 0) return;
  fates_.Resolve(call->request, [this, call](const Reply& reply) { TakeFate(call, reply); });
}

void MergingLoad::TakeFate(const CallPtr& call, const Reply& reply) {
  const MergingOp& op = call->op;
  if (reply.write.fate == kv::Fate::kApplied) {
    oracle_.Done(op, reply.receipt.achieved == Level::kOne ? Level::kOne : op.level,
                 reply.receipt.version);
  } else if (reply.write.fate == kv::Fate::kNever) {
    call->never = true;
    oracle_.Failed(op);
  }
  fates_.Settle(call->request);
}

std::string MergingLoad::WhatDiffers() {
  if (!armed_) return "";
  for (const MergingKeyspace& merging : kMergingKeyspaces) {
    const ring::KeyspaceInfo* keyspace = Keyspace(merging.name);
    if (keyspace == nullptr) return StrCat("keyspace ", merging.name, " was never made");
    std::string differs = WhatDiffersIn(cluster_, *keyspace);
    if (differs.empty()) differs = WhatIsDeadIn(cluster_, *keyspace);
    if (!differs.empty()) return differs;
  }
  return "";
}

std::string MergingLoad::WhatIsWrong() {
  if (!armed_) return "";
  for (const MergingKeyspace& merging : kMergingKeyspaces) {
    for (uint64_t i = 0; i < kMergingKeys; ++i) {
      const std::string key = StrCat(std::string(1, merging.initial), i);
      const auto& partition = Keyspace(merging.name)->PartitionOf(key);
      const QuorumReplica* replica =
          FindQuorumReplica(cluster_, partition.replicas.front(), partition.id);
      std::string wrong = oracle_.WhatIsWrongWith(ShownIn(key, replica->store().Lookup(key)));
      if (!wrong.empty()) return wrong;
    }
  }
  return "";
}

}  // namespace quorate::sim
