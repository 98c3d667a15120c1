#include "sim/register_load.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "base/error.h"
#include "base/hash.h"
#include "base/strings.h"
#include "kv/layout.h"
#include "quorum/register_record.h"
#include "replica/quorum_replica.h"
#include "sim/history.h"
#include "sim/leaderless_receipts.h"
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
// Of all writes, those under an identity, and of these those that are sent twice.
constexpr double kIdentified = 0.5;
constexpr double kDoubled = 0.2;
// Of all reads.
constexpr double kInSession = 0.25;
constexpr double kPlain = 0.3;
constexpr double kHasty = 0.2;
constexpr absl::Duration kHastyMax = absl::Milliseconds(20);
constexpr absl::Duration kSecondCopyMax = absl::Seconds(1);
constexpr absl::Duration kUntilItIsUp = absl::Milliseconds(2);

Level SomePlainLevel(Random& random) {
  constexpr Level kLevels[] = {Level::kOne, Level::kQuorum, Level::kAll, Level::kBounded,
                               Level::kBounded};
  return kLevels[random.Below(std::size(kLevels))];
}

bool IsReplica(NodeId node, const ring::PartitionInfo& partition) {
  const auto& replicas = partition.replicas;
  return std::find(replicas.begin(), replicas.end(), node) != replicas.end();
}

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

RegisterLoad::RegisterLoad(EventQueue& queue, Trace& trace, Random random, Cluster& cluster,
                           std::function<void(std::string)> violation)
    : queue_(queue),
      trace_(trace),
      random_(random),
      cluster_(cluster),
      violation_(violation),
      oracle_(violation),
      fates_(queue, trace, random_.Fork(), cluster, std::move(violation)),
      targets_(cluster.ids()) {}

void RegisterLoad::AskOnly(const Nodes& nodes) {
  targets_ = nodes;
  fates_.AskOnly(nodes);
}

void RegisterLoad::Stop() {
  running_ = false;
  fates_.Hasten();
}

absl::Duration RegisterLoad::Upto(absl::Duration most) {
  return most * (static_cast<double>(random_.Below(1000)) / 1000);
}

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
  queue_.After(Upto(kThinkMax), [this, slot] {
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
  if (random_.Chance(0.45)) {
    op.kind = OpKind::kLookup;
    op.keys = {key};
    if (random_.Chance(kInSession)) {
      op.level = Level::kSession;
    } else if (random_.Chance(kPlain)) {
      op.level = SomePlainLevel(random_);
      op.bound = absl::Milliseconds(static_cast<int64_t>(random_.Between(20, 2000)));
    }
  } else {
    op.mutations = {MakeMutation(client, op.id)};
    op.mutations.front().key = key;
  }
  op.invoked = queue_.now();
  oracle_.Invoked(op);
  return op;
}

Request RegisterLoad::RequestFor(const Op& op, const quorum::KeyspaceSession& seen, SimNode& node) {
  Request request;
  request.partition = op.partition;
  request.epoch = node.node()->topology()->epoch;
  request.level = op.level;
  request.bound = op.bound;
  request.session = quorum::EncodeSessionPart(seen.Find(op.partition));
  if (op.kind == OpKind::kLookup) {
    request.op = Lookup{op.keys};
    return request;
  }
  request.op.emplace<kv::Command>().mutations = op.mutations;
  if (random_.Chance(kIdentified)) fates_.Identify(op.asked, request);
  return request;
}

void RegisterLoad::Issue(size_t slot) {
  const NodeId asked = targets_[random_.Below(targets_.size())];
  SimNode& node = cluster_.node(asked);
  if (!node.up() || keyspace(node.node()->topology()) == nullptr) return PlanNext(slot);
  auto call = std::make_shared<Call>();
  call->slot = slot;
  call->index = history_.size();
  Op& op = history_.emplace_back(MakeOp(clients_[slot]));
  const std::string& key = op.keys.empty() ? op.mutations.front().key : op.keys.front();
  const auto& partition = keyspace(node.node()->topology())->PartitionOf(key);
  op.partition = partition.id;
  op.asked = asked;
  Request request = RequestFor(op, clients_[slot].seen, node);
  const absl::Duration timeout = kDeadlineMax * 0.05 + Upto(kDeadlineMax * 0.95);
  request.deadline = node.machine().env.Monotonic() + timeout;
  if (op.kind == OpKind::kWrite) call->request = request;
  // Another replica might do it once more; this one must not.
  call->doubled = call->identified() && IsReplica(asked, partition) && random_.Chance(kDoubled);
  ++in_flight_;
  trace_.Add(TraceKind::kInvoke, asked,
             StrCat("register ", DescribeCall(op), call->doubled ? " twice" : ""));
  // Unknown from then on: whatever comes of it. Some ask while it is under way.
  const bool hasty = call->identified() && random_.Chance(kHasty);
  queue_.After(hasty ? Upto(kHastyMax) : timeout + kPatience, [this, call] { LoseSight(call); });
  if (call->doubled) SendAgain(asked, call, Upto(kSecondCopyMax));
  AskWithoutLeader(cluster_, asked, std::move(request), violation_,
                   [this, call](Reply reply) { Answered(call, std::move(reply)); });
}

// The node may have started anew by then, or just then.
void RegisterLoad::SendAgain(NodeId asked, const CallPtr& call, absl::Duration later) {
  queue_.After(later, [this, asked, call] {
    SimNode& node = cluster_.node(asked);
    if (!running_) return;
    if (!node.up()) return SendAgain(asked, call, kUntilItIsUp);
    Request request = call->request;
    request.deadline = node.machine().env.Monotonic() + kDeadlineMax;
    AskWithoutLeader(cluster_, asked, std::move(request), violation_,
                     [this, call](Reply reply) { Answered(call, std::move(reply)); });
  });
}

void RegisterLoad::Answered(const CallPtr& call, Reply reply) {
  CheckOther(call, reply);
  if (!call->open) return;
  const Op& op = history_[call->index];
  if (ReasonOf(reply.status) == "WRITER_EXPIRED") fates_.Expired(call->request);
  const Outcome outcome = Conclude(op, reply, Asked::kOnce, /*doubt=*/false);
  if (reply.status.ok()) oracle_.Told(op, reply, queue_.now());
  // Of a write that was judged and changed nothing the other copy is judged anew.
  if (outcome == Outcome::kUnknown || (call->doubled && !reply.status.ok())) return LoseSight(call);
  End(call, outcome, std::move(reply));
  if (outcome == Outcome::kDone) Learn(clients_[call->slot], op);
  if (op.reply.status.ok()) NoteSession(clients_[call->slot], op);
  if (call->identified()) fates_.Settle(call->request);
  PlanNext(call->slot);
}

void RegisterLoad::CheckOther(const CallPtr& call, const Reply& reply) {
  if (!call->identified() || !reply.status.ok()) return;
  const Op& op = history_[call->index];
  const uint64_t version = reply.write.version;
  if (call->never) {
    violation_(StrCat("register operation #", op.id, " was told never to be, and then done"));
  }
  // Overwritten at once, it may be told none.
  if (call->version != 0 && version != 0 && version != call->version) {
    violation_(StrCat("register operation #", op.id, " was done under version ", call->version,
                      " and under ", version));
  }
  if (version != 0) call->version = version;
}

void RegisterLoad::End(const CallPtr& call, Outcome outcome, Reply reply) {
  Op& op = history_[call->index];
  op.outcome = outcome;
  op.returned = queue_.now();
  op.reply = std::move(reply);
  if (std::exchange(call->open, false)) --in_flight_;
  trace_.Add(TraceKind::kOutcome, NodeId(), StrCat("register ", DescribeOutcome(op)));
}

void RegisterLoad::LoseSight(const CallPtr& call) {
  if (!call->open) return;
  End(call, Outcome::kUnknown, {});
  clients_[call->slot].id = next_client_++;
  PlanNext(call->slot);
  if (!call->identified()) return;
  fates_.Resolve(call->request, [this, call](const Reply& reply) { TakeFate(call, reply); });
}

void RegisterLoad::TakeFate(const CallPtr& call, const Reply& reply) {
  if (reply.write.fate == kv::Fate::kApplied) {
    CheckOther(call, reply);
    oracle_.Told(history_[call->index], reply, queue_.now());
    End(call, Outcome::kDone, reply);
  } else if (reply.write.fate == kv::Fate::kNever) {
    End(call, Outcome::kFailed, reply);
    if (call->version != 0) {
      violation_(StrCat("register operation #", history_[call->index].id,
                        " was done, and is told never to be"));
    }
    call->never = true;
  }
  fates_.Settle(call->request);
}

void RegisterLoad::Learn(Client& client, const Op& op) {
  if (op.kind == OpKind::kLookup) {
    if (op.reply.found.front()) client.last = *op.reply.found.front();
  } else if (!op.refused() && op.mutations.front().action == kv::Mutation::Action::kPut) {
    client.last.value = op.mutations.front().value;
    client.last.version = op.reply.write.version;
  }
}

// A plain read may show a write under way that comes to nothing, and is gone later: what
// it showed is no floor.
void RegisterLoad::NoteSession(Client& client, const Op& op) {
  const bool read = op.kind == OpKind::kLookup;
  const std::string& key = read ? op.keys.front() : op.mutations.front().key;
  uint64_t& floor = client.floors[key];
  const bool found = read && op.reply.found.front();
  const uint64_t version = found ? op.reply.found.front()->version : 0;
  if (op.level == Level::kSession &&
      (found ? version < floor : floor != 0 && !oracle_.MayBeGone(key))) {
    violation_(StrCat("register operation #", op.id, " read version ", version, " of ", key,
                      ", but its session knew of ", floor));
  }
  if (op.strong()) floor = std::max({floor, version, op.reply.write.version});
  const auto part = quorum::DecodeSessionPart(op.reply.receipt.seen);
  if (!part.ok()) return violation_(StrCat("register operation #", op.id, " told no session"));
  client.seen.Note(op.reply.receipt.partition, *part);
  client.seen = *quorum::KeyspaceSession::Decode(client.seen.Encode());
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
