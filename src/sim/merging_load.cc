#include "sim/merging_load.h"

#include <utility>

#include "base/error.h"
#include "base/strings.h"
#include "quorum/counter.h"
#include "quorum/observed_set.h"
#include "sim/leaderless_replicas.h"

namespace quorate::sim {
namespace {

constexpr char kCounters[] = "counters";
constexpr char kSets[] = "sets";
constexpr uint64_t kKeys = 2;  // of each
constexpr absl::Duration kRetry = absl::Milliseconds(100);
constexpr absl::Duration kAdminDeadline = absl::Seconds(2);
constexpr absl::Duration kThinkMax = absl::Milliseconds(40);
constexpr absl::Duration kDeadlineMax = absl::Seconds(1);
constexpr absl::Duration kPatience = absl::Milliseconds(100);

using Kind = MergingOp::Kind;

Level SomeLevel(Random& random) {
  constexpr Level kLevels[] = {Level::kOne, Level::kOne,    Level::kTwo,
                               Level::kAll, Level::kQuorum, Level::kQuorum};
  return kLevels[random.Below(std::size(kLevels))];
}

bool OfSet(const std::string& key) { return key.starts_with("s"); }

std::string Describe(const MergingOp& op) {
  switch (op.kind) {
    case Kind::kCount:
      return StrCat("add ", op.delta, " to ", op.key);
    case Kind::kAdd:
      return StrCat("add ", op.element, " to ", op.key);
    case Kind::kRemove:
      return StrCat("remove ", op.element, " from ", op.key);
    case Kind::kRead:
      return StrCat("get ", op.key);
  }
  return "";
}

int64_t ValueOf(const std::optional<quorum::Record>& record) {
  if (!record) return 0;
  const auto body = quorum::Counter::Decode(record->body);
  return body.ok() ? body->Value().value_or(0) : 0;
}

std::vector<std::string> ElementsOf(const std::optional<quorum::Record>& record) {
  std::vector<std::string> elements;
  if (!record) return elements;
  const auto body = quorum::ObservedSet::Decode(record->body);
  if (!body.ok()) return elements;
  for (const auto& [element, additions] : body->elements().elements()) {
    elements.push_back(element);
  }
  return elements;
}

}  // namespace

MergingLoad::MergingLoad(EventQueue& queue, Trace& trace, Random random, Cluster& cluster,
                         std::function<void(std::string)> violation)
    : queue_(queue),
      trace_(trace),
      random_(random),
      cluster_(cluster),
      oracle_(std::move(violation)),
      targets_(cluster.ids()) {}

void MergingLoad::Start(uint32_t clients) {
  armed_ = clients > 0;
  if (!armed_) return;
  running_ = true;
  MakeKeyspace(kCounters, Conflict::kCounter);
  MakeKeyspace(kSets, Conflict::kSet);
  for (uint32_t i = 0; i < clients; ++i) PlanNext();
}

const ring::KeyspaceInfo* MergingLoad::Keyspace(const std::string& name) const {
  const auto topology = cluster_.topology();
  return topology == nullptr ? nullptr : topology->FindKeyspace(name);
}

// Asked for until it is there.
void MergingLoad::MakeKeyspace(const std::string& name, Conflict conflict) {
  if (Keyspace(name) != nullptr) return;
  const Nodes up = cluster_.UpNodes();
  if (!up.empty()) {
    ring::KeyspaceSpec spec{.name = name, .mode = Mode::kQuorum, .conflict = conflict};
    spec.partitions = 1;
    SimNode& node = cluster_.node(up[random_.Below(up.size())]);
    const absl::Duration deadline = node.machine().env.Monotonic() + kAdminDeadline;
    node.process()->WhenRunning([spec, deadline](Node& running) {
      running.CreateKeyspace(spec, deadline, [](const auto&) {});
    });
  }
  queue_.After(kRetry, [this, name, conflict] { MakeKeyspace(name, conflict); });
}

void MergingLoad::PlanNext() {
  if (!running_) return;
  queue_.After(kThinkMax * (static_cast<double>(random_.Below(1000)) / 1000), [this] {
    if (running_) IssueOne();
  });
}

MergingOp MergingLoad::MakeOp(bool of_set) {
  MergingOp op;
  op.id = next_op_++;
  op.key = StrCat(of_set ? "s" : "c", random_.Below(kKeys));
  op.level = SomeLevel(random_);
  if (random_.Chance(0.4)) return op;
  if (!of_set) {
    op.kind = Kind::kCount;
    op.delta = static_cast<int64_t>(random_.Between(1, 9));
    return op;
  }
  const Shown& shown = shown_[op.key];
  if (!shown.elements.empty() && random_.Chance(0.5)) {
    op.kind = Kind::kRemove;
    op.element = shown.elements[random_.Below(shown.elements.size())];
    op.context = shown.context;
    return op;
  }
  op.kind = Kind::kAdd;
  op.element = StrCat("e", op.id);
  return op;
}

Request MergingLoad::RequestFor(const MergingOp& op, const ring::SharedTopology& topology) const {
  Request request;
  const auto* keyspace = topology->FindKeyspace(OfSet(op.key) ? kSets : kCounters);
  request.partition = keyspace->PartitionOf(op.key).id;
  request.epoch = topology->epoch;
  request.level = op.level;
  if (op.kind == Kind::kRead) {
    request.op = Lookup{{op.key}};
    return request;
  }
  kv::Mutation& mutation = request.op.emplace<kv::Command>().mutations.emplace_back();
  using Action = kv::Mutation::Action;
  mutation.key = op.key;
  mutation.action = op.kind == Kind::kCount ? Action::kAdd
                    : op.kind == Kind::kAdd ? Action::kAddElement
                                            : Action::kRemoveElement;
  mutation.delta = op.delta;
  mutation.value = op.element;
  mutation.context = op.context;
  return request;
}

void MergingLoad::IssueOne() {
  const NodeId asked = targets_[random_.Below(targets_.size())];
  SimNode& node = cluster_.node(asked);
  const bool of_set = random_.Chance(0.5);
  const bool there =
      node.up() && node.node()->topology()->FindKeyspace(of_set ? kSets : kCounters) != nullptr;
  if (!there) return PlanNext();
  auto call = std::make_shared<Call>();
  call->op = MakeOp(of_set);
  oracle_.Invoked(call->op);
  ++in_flight_;
  Request request = RequestFor(call->op, node.node()->topology());
  const absl::Duration timeout =
      kDeadlineMax * (0.05 + 0.95 * static_cast<double>(random_.Below(1000)) / 1000);
  request.deadline = node.machine().env.Monotonic() + timeout;
  trace_.Add(
      TraceKind::kInvoke, asked,
      StrCat("merging #", call->op.id, " ", Describe(call->op), " ", LevelName(call->op.level)));
  // Unknown from then on: whatever comes of it.
  queue_.After(timeout + kPatience, [this, call] { Close(call); });
  node.process()->Execute(std::move(request), [this, call](Reply reply) { Answered(call, reply); });
}

void MergingLoad::Answered(const CallPtr& call, const Reply& reply) {
  if (!call->open) return;
  const MergingOp& op = call->op;
  trace_.Add(TraceKind::kOutcome, NodeId(),
             StrCat("merging #", op.id, " ",
                    reply.status.ok() ? "done" : std::string(reply.status.message())));
  if (!reply.status.ok()) {
    if (op.kind != Kind::kRead && AppliedOf(reply.status) == Applied::kNo) oracle_.Failed(op);
  } else if (op.kind == Kind::kRead) {
    TakeRead(op, reply);
  } else {
    oracle_.Done(op);
  }
  Close(call);
}

void MergingLoad::TakeRead(const MergingOp& op, const Reply& reply) {
  const auto& found = reply.found.front();
  if (!OfSet(op.key)) {
    return oracle_.ReadCounter(op, found ? std::stoll(found->value) : 0);
  }
  Shown shown;
  if (found) shown = {found->merged->elements, found->merged->context};
  oracle_.ReadSet(op, shown.elements);
  shown_[op.key] = std::move(shown);
}

void MergingLoad::Close(const CallPtr& call) {
  if (!std::exchange(call->open, false)) return;
  --in_flight_;
  PlanNext();
}

std::string MergingLoad::WhatDiffers() {
  if (!armed_) return "";
  for (const char* name : {kCounters, kSets}) {
    const ring::KeyspaceInfo* keyspace = Keyspace(name);
    if (keyspace == nullptr) return StrCat("keyspace ", name, " was never made");
    std::string differs = WhatDiffersIn(cluster_, *keyspace);
    if (!differs.empty()) return differs;
  }
  return "";
}

std::string MergingLoad::WhatIsWrong() {
  if (!armed_) return "";
  for (uint64_t i = 0; i < 2 * kKeys; ++i) {
    const std::string key = StrCat(i < kKeys ? "c" : "s", i % kKeys);
    const auto& partition = Keyspace(OfSet(key) ? kSets : kCounters)->PartitionOf(key);
    const QuorumReplica* replica =
        FindQuorumReplica(cluster_, partition.replicas.front(), partition.id);
    const auto record = replica->store().Lookup(key);
    std::string wrong = OfSet(key) ? oracle_.WhatIsWrongWithSet(key, ElementsOf(record))
                                   : oracle_.WhatIsWrongWithCounter(key, ValueOf(record));
    if (!wrong.empty()) return wrong;
  }
  return "";
}

}  // namespace quorate::sim
