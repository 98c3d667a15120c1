#include "sim/hinted_writes.h"

#include <algorithm>
#include <utility>

#include "base/error.h"
#include "base/strings.h"
#include "replica/quorum_replica.h"

namespace quorate::sim {
namespace {

constexpr char kName[] = "hinted";
constexpr absl::Duration kRetry = absl::Milliseconds(100);
constexpr absl::Duration kAdminDeadline = absl::Seconds(2);
constexpr absl::Duration kThinkMax = absl::Milliseconds(60);
constexpr absl::Duration kDeadline = absl::Seconds(1);
constexpr absl::Duration kPatience = absl::Milliseconds(100);

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
  MakeKeyspace();
  for (uint32_t i = 0; i < clients; ++i) PlanNext();
}

const ring::KeyspaceInfo* HintedWrites::keyspace(const ring::SharedTopology& topology) const {
  return topology == nullptr ? nullptr : topology->FindKeyspace(kName);
}

// Asked for until it is there.
void HintedWrites::MakeKeyspace() {
  if (keyspace(cluster_.topology()) != nullptr) return;
  const Nodes up = cluster_.UpNodes();
  if (!up.empty()) {
    ring::KeyspaceSpec spec{.name = kName, .mode = Mode::kQuorum, .conflict = Conflict::kLww};
    spec.replicas = static_cast<uint32_t>(random_.Between(1, 2));
    spec.partitions = 1;
    SimNode& node = cluster_.node(up[random_.Below(up.size())]);
    const absl::Duration deadline = node.machine().env.Monotonic() + kAdminDeadline;
    node.process()->WhenRunning([spec, deadline](Node& running) {
      running.CreateKeyspace(spec, deadline, [](const auto&) {});
    });
  }
  queue_.After(kRetry, [this] { MakeKeyspace(); });
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
  if (!node.up() || keyspace(node.node()->topology()) == nullptr) return PlanNext();
  const auto topology = node.node()->topology();
  auto call = std::make_shared<Call>();
  call->key = StrCat("h", next_key_++);
  call->level = random_.Chance(0.7) ? Level::kAny : Level::kOne;
  ++in_flight_;
  Request request;
  request.partition = keyspace(topology)->PartitionOf(call->key).id;
  request.epoch = topology->epoch;
  request.level = call->level;
  request.deadline = node.machine().env.Monotonic() + kDeadline;
  kv::Mutation& mutation = request.op.emplace<kv::Command>().mutations.emplace_back();
  mutation.key = call->key;
  mutation.value = call->key;
  trace_.Add(TraceKind::kInvoke, asked, StrCat("put ", call->key, " ", LevelName(call->level)));
  queue_.After(kDeadline + kPatience, [this, call] { Close(call); });
  node.process()->Execute(std::move(request), [this, call](Reply reply) { Answered(call, reply); });
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
    acknowledged_[call->key] = receipt.hinted;
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
  const ring::KeyspaceInfo* info = keyspace(topology);
  if (info == nullptr) return "";
  for (const auto& [key, hinted] : acknowledged_) {
    const ring::PartitionInfo& partition = info->PartitionOf(key);
    for (NodeId id : partition.replicas) {
      const auto* replica = dynamic_cast<const QuorumReplica*>(
          cluster_.node(id).up() ? cluster_.node(id).node()->FindReplica(partition.id) : nullptr);
      if (replica == nullptr) return StrCat(id.ToString(), " has no ", partition.id.ToString());
      const auto record = replica->store().Lookup(key);
      if (!record || record->body != key) {
        return StrCat(key, ", acknowledged", hinted ? " as a hint" : "", ", is not at ",
                      id.ToString());
      }
    }
  }
  return "";
}

}  // namespace quorate::sim
