#include "sim/register_load.h"

#include <utility>

#include "base/hash.h"
#include "base/strings.h"
#include "kv/layout.h"
#include "quorum/register_record.h"
#include "replica/quorum_replica.h"
#include "sim/history.h"
#include "sim/verdict.h"

namespace quorate::sim {
namespace {

constexpr char kName[] = "registers";
constexpr uint64_t kKeys = 3;
constexpr absl::Duration kRetry = absl::Milliseconds(100);
constexpr absl::Duration kAdminDeadline = absl::Seconds(2);
constexpr absl::Duration kThinkMax = absl::Milliseconds(40);
constexpr absl::Duration kDeadlineMax = absl::Seconds(1);
constexpr absl::Duration kPatience = absl::Milliseconds(100);
// A key is left for new ones after so many operations of all: what checking it
// costs grows with what happened to it.
constexpr uint64_t kOperationsOfAKey = 120;

// Of what all replicas at rest hold alike, which their promises are not.
uint64_t DigestOfShared(const QuorumReplica& replica) {
  uint64_t digest = 0;
  for (const std::string& key : replica.store().KeysAfter("", ~size_t{0})) {
    const auto record = replica.store().Lookup(key);
    const auto body = record ? quorum::RegisterBodyOf(*record)
                             : absl::StatusOr<quorum::RegisterBody>(quorum::RegisterBody());
    const auto shared = body.ok() ? quorum::SharedRegisterRecord(*body) : std::nullopt;
    if (shared) digest = Hash64(EncodeRecord(key, *shared), Hash64(key, digest));
  }
  return digest;
}

}  // namespace

void RegisterLoad::Start(bool armed) {
  armed_ = armed;
  if (!armed_) return;
  running_ = true;
  MakeKeyspace();
  clients_.resize(random_.Between(3, 6));
  for (size_t slot = 0; slot < clients_.size(); ++slot) {
    clients_[slot].id = next_client_++;
    PlanNext(slot);
  }
}

const ring::KeyspaceInfo* RegisterLoad::keyspace(const ring::SharedTopology& topology) const {
  return topology == nullptr ? nullptr : topology->FindKeyspace(kName);
}

// Asked for until it is there.
void RegisterLoad::MakeKeyspace() {
  if (keyspace(cluster_.topology()) != nullptr) {
    return trace_.Add(TraceKind::kAdmin, NodeId(), StrCat("keyspace ", kName, " is there"));
  }
  const Nodes up = cluster_.UpNodes();
  if (!up.empty()) {
    ring::KeyspaceSpec spec{.name = kName, .mode = Mode::kQuorum, .conflict = Conflict::kRegister};
    spec.partitions = 1;
    SimNode& node = cluster_.node(up[random_.Below(up.size())]);
    const absl::Duration deadline = node.machine().env.Monotonic() + kAdminDeadline;
    node.process()->WhenRunning([spec, deadline](Node& running) {
      running.CreateKeyspace(spec, deadline, [](const auto&) {});
    });
  }
  queue_.After(kRetry, [this] { MakeKeyspace(); });
}

void RegisterLoad::PlanNext(size_t slot) {
  if (!running_) return;
  queue_.After(kThinkMax * (static_cast<double>(random_.Below(1000)) / 1000), [this, slot] {
    if (running_) Issue(slot);
  });
}

kv::Mutation RegisterLoad::MakeMutation(const Client& client, uint64_t id) {
  kv::Mutation mutation;
  const uint64_t dice = random_.Below(100);
  mutation.value = StrCat(id * 1000);
  if (dice < 40) {
    mutation.action = kv::Mutation::Action::kAdd;
    mutation.delta = static_cast<int64_t>(random_.Between(1, 9));
    return mutation;
  }
  if (random_.Chance(0.25)) mutation.action = kv::Mutation::Action::kDelete;
  if (dice < 70) return mutation;
  mutation.condition.kind = static_cast<kv::Condition::Kind>(random_.Between(1, 4));
  // Of a key without a value the checker knows no version.
  if (mutation.condition.kind == kv::Condition::Kind::kVersion && client.last.version == 0) {
    mutation.condition.kind = kv::Condition::Kind::kAbsent;
  }
  mutation.condition.version = client.last.version;
  mutation.condition.value = client.last.value;
  return mutation;
}

Op RegisterLoad::MakeOp(const Client& client) {
  Op op;
  op.id = history_.size() + 1;
  op.client = client.id;
  op.keyspace = kName;
  const std::string key =
      StrCat("g", history_.size() / kOperationsOfAKey, ".", random_.Below(kKeys));
  if (random_.Chance(0.35)) {
    op.kind = OpKind::kLookup;
    op.keys = {key};
  } else {
    op.mutations = {MakeMutation(client, op.id)};
    op.mutations.front().key = key;
  }
  op.invoked = queue_.now();
  return op;
}

void RegisterLoad::Issue(size_t slot) {
  const NodeId asked = targets_[random_.Below(targets_.size())];
  SimNode& node = cluster_.node(asked);
  if (!node.up() || keyspace(node.node()->topology()) == nullptr) return PlanNext(slot);
  const size_t index = history_.size();
  Op& op = history_.emplace_back(MakeOp(clients_[slot]));
  const auto topology = node.node()->topology();
  const std::string& key = op.keys.empty() ? op.mutations.front().key : op.keys.front();
  op.partition = keyspace(topology)->PartitionOf(key).id;
  op.asked = asked;
  Request request;
  request.partition = op.partition;
  request.epoch = topology->epoch;
  request.level = Level::kLinearizable;
  const absl::Duration timeout =
      kDeadlineMax * (0.05 + 0.95 * static_cast<double>(random_.Below(1000)) / 1000);
  request.deadline = node.machine().env.Monotonic() + timeout;
  if (op.kind == OpKind::kLookup) {
    request.op = Lookup{op.keys};
  } else {
    request.op.emplace<kv::Command>().mutations = op.mutations;
  }
  ++in_flight_;
  trace_.Add(TraceKind::kInvoke, asked, StrCat("register ", DescribeCall(op)));
  queue_.After(timeout + kPatience, [this, slot, index] { GiveUp(slot, index); });
  node.process()->Execute(std::move(request), [this, slot, index](Reply reply) {
    Answered(slot, index, std::move(reply));
  });
}

void RegisterLoad::Answered(size_t slot, size_t index, Reply reply) {
  Op& op = history_[index];
  if (op.outcome != Outcome::kPending) return;
  op.outcome = Conclude(op, reply, Asked::kOnce, /*doubt=*/false);
  op.returned = queue_.now();
  op.reply = std::move(reply);
  --in_flight_;
  trace_.Add(TraceKind::kOutcome, NodeId(), StrCat("register ", DescribeOutcome(op)));
  if (op.outcome == Outcome::kDone) Learn(clients_[slot], op);
  if (op.outcome == Outcome::kUnknown) clients_[slot].id = next_client_++;
  PlanNext(slot);
}

// Nobody answers any more: unknown, and it goes on as another client.
void RegisterLoad::GiveUp(size_t slot, size_t index) {
  Op& op = history_[index];
  if (op.outcome != Outcome::kPending) return;
  op.outcome = Outcome::kUnknown;
  op.returned = queue_.now();
  --in_flight_;
  trace_.Add(TraceKind::kOutcome, NodeId(), StrCat("register ", DescribeOutcome(op)));
  clients_[slot].id = next_client_++;
  PlanNext(slot);
}

void RegisterLoad::Learn(Client& client, const Op& op) {
  if (op.kind == OpKind::kLookup) {
    if (op.reply.found.front()) client.last = *op.reply.found.front();
  } else if (!op.refused() && op.mutations.front().action == kv::Mutation::Action::kPut) {
    client.last.value = op.mutations.front().value;
    client.last.version = op.reply.write.version;
  }
}

std::string RegisterLoad::WhatDiffers() {
  const auto topology = cluster_.topology();
  const ring::KeyspaceInfo* info = keyspace(topology);
  if (info == nullptr) return armed_ ? "the keyspace of registers was never made" : "";
  for (const ring::PartitionInfo& partition : info->partitions) {
    std::optional<uint64_t> first;
    for (NodeId id : partition.replicas) {
      const auto* replica = dynamic_cast<const QuorumReplica*>(
          cluster_.node(id).up() ? cluster_.node(id).node()->FindReplica(partition.id) : nullptr);
      if (replica == nullptr) return StrCat(id.ToString(), " has no ", partition.id.ToString());
      const uint64_t digest = DigestOfShared(*replica);
      if (!first) first = digest;
      if (digest != *first) {
        return StrCat(partition.id.ToString(), " at ", id.ToString(), " holds other values than ",
                      partition.replicas.front().ToString());
      }
      if (!replica->core().logged().empty()) {
        return StrCat(partition.id.ToString(), " at ", id.ToString(), " keeps the dots ",
                      replica->core().logged().ToString());
      }
      if (replica->core().records_repaired() != 0) {
        return StrCat(partition.id.ToString(), " at ", id.ToString(),
                      " lacked what the others held");
      }
    }
  }
  return "";
}

check::History RegisterLoad::History() const { return MakeHistory(history_); }

}  // namespace quorate::sim
