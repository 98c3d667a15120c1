#include "sim/hinted_writes.h"

#include <algorithm>
#include <utility>

#include "base/error.h"
#include "base/strings.h"
#include "quorum/counter.h"
#include "sim/leaderless_receipts.h"
#include "sim/leaderless_replicas.h"

namespace quorate::sim {
namespace {

constexpr char kName[] = "hinted";
constexpr char kCountsName[] = "hinted-counts";
constexpr absl::Duration kRetry = absl::Milliseconds(100);
constexpr absl::Duration kAdminDeadline = absl::Seconds(2);
constexpr absl::Duration kThinkMax = absl::Milliseconds(60);
constexpr absl::Duration kDeadline = absl::Seconds(1);
constexpr absl::Duration kPatience = absl::Milliseconds(100);

const char* NameOf(bool counted) { return counted ? kCountsName : kName; }
bool IsCounted(const std::string& key) { return key.starts_with("n"); }

const ring::KeyspaceInfo* Keyspace(const ring::SharedTopology& topology, bool counted) {
  return topology == nullptr ? nullptr : topology->FindKeyspace(NameOf(counted));
}

}  // namespace

HintedWrites::HintedWrites(EventQueue& queue, Trace& trace, Random random, Cluster& cluster,
                           std::function<void(std::string)> violation)
    : queue_(queue),
      trace_(trace),
      random_(random),
      cluster_(cluster),
      violation_(std::move(violation)),
      targets_(cluster.ids()) {}

void HintedWrites::Start(uint32_t clients) {
  if (clients == 0) return;
  running_ = true;
  MakeKeyspace(false);
  MakeKeyspace(true);
  for (uint32_t i = 0; i < clients; ++i) PlanNext();
}

// Asked for until it is there.
void HintedWrites::MakeKeyspace(bool counted) {
  if (Keyspace(cluster_.topology(), counted) != nullptr) return;
  const Nodes up = cluster_.UpNodes();
  if (!up.empty()) {
    ring::KeyspaceSpec spec{.name = NameOf(counted),
                            .mode = Mode::kQuorum,
                            .conflict = counted ? Conflict::kCounter : Conflict::kLww};
    spec.replicas = static_cast<uint32_t>(random_.Between(1, 2));
    spec.partitions = 1;
    SimNode& node = cluster_.node(up[random_.Below(up.size())]);
    const absl::Duration deadline = node.machine().env.Monotonic() + kAdminDeadline;
    node.process()->WhenRunning([spec, deadline](Node& running) {
      running.CreateKeyspace(spec, deadline, [](const auto&) {});
    });
  }
  queue_.After(kRetry, [this, counted] { MakeKeyspace(counted); });
}

void HintedWrites::PlanNext() {
  if (!running_) return;
  queue_.After(kThinkMax * (static_cast<double>(random_.Below(1000)) / 1000), [this] {
    if (running_) IssueOne();
  });
}

void HintedWrites::IssueOne() {
  const NodeId asked = targets_[random_.Below(targets_.size())];
  SimNode& node = cluster_.node(asked);
  const bool counted = random_.Chance(0.5);
  if (!node.up() || Keyspace(node.node()->topology(), counted) == nullptr) return PlanNext();
  const auto topology = node.node()->topology();
  auto call = std::make_shared<Call>();
  call->key = StrCat(counted ? "n" : "h", next_key_++);
  call->level = random_.Chance(0.7) ? Level::kAny : Level::kOne;
  told_[call->key] = {};
  ++in_flight_;
  Request request;
  request.partition = Keyspace(topology, counted)->PartitionOf(call->key).id;
  request.epoch = topology->epoch;
  request.level = call->level;
  request.deadline = node.machine().env.Monotonic() + kDeadline;
  kv::Mutation& mutation = request.op.emplace<kv::Command>().mutations.emplace_back();
  mutation.key = call->key;
  if (counted) {
    mutation.action = kv::Mutation::Action::kAdd;
    mutation.delta = 1;
  } else {
    mutation.value = call->key;
  }
  trace_.Add(TraceKind::kInvoke, asked,
             StrCat(counted ? "add 1 to " : "put ", call->key, " ", LevelName(call->level)));
  queue_.After(kDeadline + kPatience, [this, call] { Close(call); });
  AskWithoutLeader(cluster_, asked, std::move(request), violation_,
                   [this, call](Reply reply) { Answered(call, reply); });
}

void HintedWrites::Answered(const CallPtr& call, const Reply& reply) {
  if (!call->open) return;
  const Receipt& receipt = reply.receipt;
  trace_.Add(TraceKind::kOutcome, NodeId(),
             StrCat(call->key, " ",
                    !reply.status.ok() ? std::string(reply.status.message())
                    : receipt.hinted   ? StrCat("kept by ", receipt.served_by.ToString())
                                       : "done"));
  if (reply.status.ok()) {
    told_[call->key] = {.acknowledged = true, .hinted = receipt.hinted};
    if (call->level != Level::kAny && (receipt.hinted || receipt.version == 0)) {
      violation_(StrCat(call->key, " was acknowledged at ", LevelName(call->level),
                        ", but no replica has it"));
    }
    if (receipt.hinted != (receipt.version == 0)) {
      violation_(StrCat(call->key, " was acknowledged with version ", receipt.version,
                        receipt.hinted ? ", but as a hint" : ""));
    }
  }
  Close(call);
}

void HintedWrites::Close(const CallPtr& call) {
  if (!std::exchange(call->open, false)) return;
  --in_flight_;
  PlanNext();
}

std::string HintedWrites::WhatIsMissing() {
  const auto topology = cluster_.topology();
  for (const auto& [key, told] : told_) {
    const ring::KeyspaceInfo* info = Keyspace(topology, IsCounted(key));
    if (info == nullptr) return StrCat("the keyspace of ", key, " is gone");
    for (NodeId node : info->PartitionOf(key).replicas) {
      if (std::string wrong = WhatIsWrongAt(key, told, node); !wrong.empty()) return wrong;
    }
  }
  return "";
}

std::string HintedWrites::WhatIsWrongAt(const std::string& key, const Told& told, NodeId node) {
  const auto& partition = Keyspace(cluster_.topology(), IsCounted(key))->PartitionOf(key);
  const QuorumReplica* replica = FindQuorumReplica(cluster_, node, partition.id);
  if (replica == nullptr) return StrCat(node.ToString(), " has no ", partition.id.ToString());
  const auto record = replica->store().Lookup(key);
  if (!record) {
    if (!told.acknowledged) return "";
    return StrCat(key, ", acknowledged", told.hinted ? " as a hint" : "", ", is not at ",
                  node.ToString());
  }
  if (!IsCounted(key)) {
    return record->body == key ? "" : StrCat(key, " is another at ", node.ToString());
  }
  const auto body = quorum::Counter::Decode(record->body);
  const int64_t value = body.ok() ? body->Value().value_or(0) : 0;
  if (value == 1) return "";
  return StrCat(key, ", to which 1 was added once", told.hinted ? " by a hint" : "", ", is ", value,
                " at ", node.ToString());
}

}  // namespace quorate::sim
