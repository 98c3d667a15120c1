#include "node/hint_keeper.h"

#include <algorithm>
#include <string>

#include "base/boot.h"
#include "base/error.h"
#include "base/probe.h"
#include "base/strings.h"
#include "kv/bundle.h"
#include "quorum/session.h"
#include "replica/quorum_values.h"

namespace quorate {
namespace {

constexpr absl::Duration kReleaseInterval = absl::Seconds(1);
// For an answer; then the same replica is asked again, which may have lost the
// question, or its answer may have been lost.
constexpr absl::Duration kAnswerMax = absl::Seconds(2);
// After a refusal; and of what could be done one day, until it is tried again.
constexpr absl::Duration kRefusedPause = absl::Milliseconds(200);
constexpr absl::Duration kPutOffPause = absl::Seconds(10);
// Written again at the log's end at a time, so that its old segments can go.
constexpr uint64_t kCarryBytes = 1 << 20;

// A time to live counts from when the write was acknowledged.
void ShortenTtl(kv::Command& command, uint64_t elapsed_us) {
  for (kv::Mutation& mutation : command.mutations) {
    if (mutation.ttl_us == 0) continue;
    mutation.ttl_us = mutation.ttl_us > elapsed_us ? mutation.ttl_us - elapsed_us : 1;
  }
}

// A clock, or what stands at the key, is against it, which may change; the hints
// behind it need not wait for that.
bool MayFitLater(const absl::Status& status) {
  const std::string reason = ReasonOf(status);
  return absl::IsResourceExhausted(status) || reason == "TIME_AHEAD" || reason == "CONTEXT_AHEAD";
}

// However often it is asked, no replica will do it.
bool IsFinal(const absl::Status& status) {
  return absl::IsInvalidArgument(status) || absl::IsFailedPrecondition(status) ||
         absl::IsOutOfRange(status) || absl::IsNotFound(status);
}

}  // namespace

HintKeeper::HintKeeper(NodeShared& shared)
    : shared_(shared),
      hints_(shared.options.hints_bytes_max, {}, FirstNumberOf(shared.options.boot),
             shared.options.boot) {}

absl::Status HintKeeper::Restore(const RecoveredGroup& recovered) {
  auto found = log_.Restore(recovered);
  if (!found.ok()) return found.status();
  if (shared_.options.bugs.forget_hints_on_restart) {
    found->kept.clear();
    log_.Drop();
  }
  std::vector<quorum::Hint> hints;
  for (auto& [id, hint] : found->kept) hints.push_back(std::move(hint));
  hints_ = quorum::Hints(shared_.options.hints_bytes_max, std::move(hints),
                         FirstNumberOf(shared_.options.boot), shared_.options.boot);
  for (const auto& [partition, holder] : found->holders) {
    if (hints_.First(partition) == nullptr) {
      log_.Unhold(partition);
    } else if (!shared_.options.bugs.forget_hint_holders) {
      hints_.DoubtAll(partition, holder);
    }
  }
  Tell();
  return absl::OkStatus();
}

absl::Status HintKeeper::Refuse(const Request& request) const {
  const auto& command = std::get<kv::Command>(request.op);
  const kv::Mutation& mutation = command.mutations.front();
  if (command.mutations.size() != 1 || mutation.condition.kind != kv::Condition::Kind::kNone) {
    return MakeError(absl::StatusCode::kInvalidArgument, "NEEDS_ONE_ORDER",
                     "no replica can be reached, and what is kept for one is a single write that "
                     "needs no order: write at ONE or above");
  }
  // Nothing is kept that no replica would take: it was acknowledged then.
  const auto topology = shared_.topology.Get();
  if (const auto* keyspace = topology->FindKeyspaceOf(request.partition); keyspace != nullptr) {
    const auto values =
        QuorumValues::For(keyspace->conflict, ContextScope(topology->cluster_id, keyspace->id),
                          shared_.options.bugs.quorum);
    absl::Status fit = values == nullptr ? absl::OkStatus() : values->CheckBlindly(mutation);
    if (!fit.ok()) return fit;
  }
  if (absl::Status ahead = RefuseSession(request); !ahead.ok()) return ahead;
  if (closed_) {
    return MakeError(absl::StatusCode::kUnavailable, "SHUTTING_DOWN",
                     shared_.options.self.ToString() + " is shutting down; ask another node");
  }
  if (const ring::NodeInfo* self = topology->FindNode(shared_.options.self);
      self == nullptr || self->leaving) {
    return MakeError(absl::StatusCode::kUnavailable, "NODE_LEAVING",
                     StrCat("no replica of ", request.partition.ToString(), " can be reached, and ",
                            shared_.options.self.ToString(),
                            " is to leave the cluster, so that it keeps nothing for them; nothing "
                            "was written. Ask another node"));
  }
  if (shared_.disk.room() != Room::kEnough) {
    return MakeError(absl::StatusCode::kResourceExhausted, "DISK_NEARLY_FULL",
                     StrCat("no replica of ", request.partition.ToString(),
                            " can be reached, and the disk of ", shared_.options.self.ToString(),
                            " has less room left than is kept back; nothing was written"));
  }
  return absl::OkStatus();
}

absl::Status HintKeeper::RefuseSession(const Request& request) const {
  const auto session = quorum::DecodeSessionPart(request.session);
  if (!session.ok()) return session.status();
  const absl::Time seen = absl::FromUnixMicros(static_cast<int64_t>(MicrosOf(session->time)));
  const absl::Duration ahead = seen - shared_.CalendarTime();
  if (ahead <= shared_.options.clock_skew_max) return absl::OkStatus();
  return MakeError(absl::StatusCode::kInvalidArgument, "TIME_AHEAD",
                   StrCat("the session has seen a time-stamp that is ", absl::FormatDuration(ahead),
                          " ahead of the calendar of ", shared_.options.self.ToString(), ", and ",
                          absl::FormatDuration(shared_.options.clock_skew_max),
                          " are allowed; nothing was kept. Set the nodes' clocks right"));
}

void HintKeeper::Keep(Request request, ReplyFn reply) {
  Waiting waiting;
  waiting.reply = std::move(reply);
  waiting.answer.timings.queued = request.taken - request.arrived;
  waiting.answer.status = Refuse(request);
  if (!waiting.answer.status.ok()) return std::move(waiting.reply)(std::move(waiting.answer));
  quorum::Hint hint;
  hint.partition = request.partition;
  hint.command = kv::EncodeBundle(absl::MakeConstSpan(&std::get<kv::Command>(request.op), 1));
  hint.session = std::move(request.session);
  hint.at_us = static_cast<uint64_t>(absl::ToUnixMicros(shared_.CalendarTime()));
  auto kept = hints_.Add(std::move(hint));
  if (!kept.ok()) {
    waiting.answer.status = kept.status();
    return std::move(waiting.reply)(std::move(waiting.answer));
  }
  Reached<"node: a write at ANY is kept for a replica">();
  log_.Keep(*kept);
  Receipt& receipt = waiting.answer.receipt;
  receipt.asked = request.level;
  receipt.achieved = request.level;
  receipt.mode = Mode::kQuorum;
  receipt.epoch = shared_.topology.Get()->epoch;
  receipt.served_by = shared_.options.self;
  receipt.acked_by = {shared_.options.self};
  receipt.durable = 1;
  receipt.partition = request.partition;
  receipt.hinted = true;
  waiting.answer.write.results.emplace_back();
  waiting_.push_back(std::move(waiting));
  ++fresh_;
  Tell();
}

void HintKeeper::Tick(absl::Duration now) {
  for (PartitionId partition : hints_.partitions()) HandOver(partition, now);
  if (now < next_release_) return;
  next_release_ = now + kReleaseInterval;
  log_.Release(*shared_.log);
  // Else a few hints that nobody takes keep all of the log behind them.
  if (shared_.log->stats().bytes_on_disk > shared_.options.log_flush_bytes) {
    log_.CarryForward(hints_, kCarryBytes);
  }
}

// Who is to have the partition's first: whoever may have it already, or any that
// can be heard of. No node: nobody, for now.
NodeId HintKeeper::ReplicaFor(const ring::PartitionInfo& info, const Way& way) {
  const NodeId holder = hints_.Holder(info.id);
  const auto& replicas = info.replicas;
  // One that is no replica any more has taken what it knew with it.
  const bool holds = std::find(replicas.begin(), replicas.end(), holder) != replicas.end();
  const bool there = holds && shared_.peers.alive(holder);
  if (holds && hints_.InDoubt(info.id)) return there ? holder : NodeId();
  if (there && !way.refused) return holder;
  // Another each time, as one may be there and refuse.
  for (size_t i = 0; i < replicas.size(); ++i) {
    const NodeId node = replicas[next_replica_++ % replicas.size()];
    // Once it is gone, nobody knows what it has taken.
    if (shared_.peers.alive(node) && node != info.leaving) return node;
  }
  return {};
}

void HintKeeper::HandOver(PartitionId partition, absl::Duration now) {
  const auto topology = shared_.topology.Get();
  const ring::PartitionInfo* info = topology->FindPartition(partition);
  if (info == nullptr) {
    // Its keyspace was dropped.
    while (const quorum::Hint* hint = hints_.First(partition)) Forget(partition, hint->id);
    return;
  }
  const quorum::Hint* first = hints_.First(partition);
  if (first == nullptr) return;
  Way& way = ways_[partition];
  const auto due = put_off_.find(first->id);
  if (way.asked || now < way.not_before || (due != put_off_.end() && now < due->second)) return;
  const NodeId replica = ReplicaFor(*info, way);
  if (!replica) return;
  way.refused = false;
  if (replica != hints_.Holder(partition)) {
    hints_.Hold(partition, replica);
    way.ready = log_.Hold(partition, replica);
  }
  // What a crash took back would be told done, or be done by another as well. And once the
  // replica has one of a later life, it knows no earlier ones again.
  LogIndex ready = std::max(way.ready, log_.IndexOf(first->id));
  if (first->life != way.life) ready = std::max(ready, way.forgotten);
  if (!log_.IsDurable(ready)) return;
  Ask(*first, replica, now);
}

void HintKeeper::Ask(const quorum::Hint& hint, NodeId holder, absl::Duration now) {
  auto bundle = kv::DecodeBundle(hint.command);
  if (!bundle.ok() || bundle->commands.size() != 1) return Forget(hint.partition, hint.id);
  const auto calendar = static_cast<uint64_t>(absl::ToUnixMicros(shared_.CalendarTime()));
  ShortenTtl(bundle->commands.front(), calendar > hint.at_us ? calendar - hint.at_us : 0);
  Request request;
  request.partition = hint.partition;
  request.epoch = shared_.topology.Get()->epoch;
  request.level = Level::kOne;
  request.deadline = now + kAnswerMax;
  request.session = hint.session;
  request.to = holder;
  request.hint = hint.id;
  request.hint_life = hint.life;
  request.keeper = shared_.options.self;
  request.op = std::move(bundle->commands.front());
  const Asked asked{hint.partition, hint.id, holder, hints_.InDoubt(hint.partition)};
  hints_.Asked(hint.id);
  ways_[hint.partition].asked = true;
  ways_[hint.partition].life = hint.life;
  // Answered on the thread of the worker that sends it.
  shared_.execute(std::move(request), [&shared = shared_, asked](Reply reply) {
    shared.to_hints(
        [asked, reply = std::move(reply)](HintKeeper& keeper) { keeper.HandedOver(asked, reply); });
  });
}

void HintKeeper::HandedOver(const Asked& asked, const Reply& reply) {
  const auto way = ways_.find(asked.partition);
  if (way == ways_.end()) return;
  way->second.asked = false;
  if (reply.status.ok()) {
    Reached<"node: a replica took a hint">();
    Forget(asked.partition, asked.id);
    return HandOver(asked.partition, shared_.edges.env.Monotonic());
  }
  if (hints_.Find(asked.id) != nullptr && AppliedOf(reply.status) == Applied::kNo) {
    NotTaken(asked, reply, way->second);
  }
  // Else it may have been done, and the same replica is asked again.
}

void HintKeeper::NotTaken(const Asked& asked, const Reply& reply, Way& way) {
  // A replica answers for all that it was asked. Whoever else refuses, on the way
  // there, says nothing of an ask before this.
  const bool by_replica = reply.receipt.served_by == asked.holder;
  way.not_before = shared_.edges.env.Monotonic() + kRefusedPause;
  if (!by_replica && asked.again) return;
  hints_.NotDone(asked.id);
  way.refused = true;
  // Nor does it say whether a replica would ever do it.
  if (!by_replica) return;
  if (MayFitLater(reply.status)) return PutOff(asked.id, way);
  if (!IsFinal(reply.status)) return;
  shared_.hints_refused.fetch_add(1, std::memory_order_relaxed);
  Forget(asked.partition, asked.id);
}

void HintKeeper::PutOff(uint64_t id, Way& way) {
  shared_.hints_put_off.fetch_add(1, std::memory_order_relaxed);
  const quorum::Hint* hint = hints_.PutOff(id);
  put_off_.erase(id);
  put_off_.insert_or_assign(hint->id, shared_.edges.env.Monotonic() + kPutOffPause);
  way.ready = log_.PutOff(id, *hint);
}

void HintKeeper::Forget(PartitionId partition, uint64_t id) {
  if (!hints_.Done(id)) return;
  put_off_.erase(id);
  const LogIndex forgotten = log_.Forget(id);
  if (const auto way = ways_.find(partition); way != ways_.end()) way->second.forgotten = forgotten;
  if (hints_.First(partition) == nullptr) {
    log_.Unhold(partition);
    ways_.erase(partition);
  }
  Tell();
}

void HintKeeper::Tell() const {
  shared_.hints.store(hints_.size(), std::memory_order_relaxed);
  shared_.hint_bytes.store(hints_.bytes(), std::memory_order_relaxed);
}

void HintKeeper::Collect(std::vector<GroupWrite>& writes) {
  if (log_.Collect(writes)) collected_ = Written{log_.last(), std::exchange(fresh_, 0)};
}

void HintKeeper::Submitted(LogTicket ticket) {
  if (collected_) unsynced_.emplace_back(ticket, *std::exchange(collected_, std::nullopt));
}

void HintKeeper::Open(const SyncProof& proof) {
  while (!unsynced_.empty() && unsynced_.front().CoveredBy(proof)) {
    const Written written = *std::move(unsynced_.front()).Open(proof);
    unsynced_.pop_front();
    log_.Durable(written.last);
    for (size_t i = 0; i < written.replies && !waiting_.empty(); ++i) {
      Waiting one = std::move(waiting_.front());
      waiting_.pop_front();
      std::move(one.reply)(std::move(one.answer));
    }
  }
}

void HintKeeper::FailAll() {
  closed_ = true;
  for (Waiting& one : std::exchange(waiting_, {})) {
    Reply reply;
    reply.status =
        MakeError(absl::StatusCode::kUnavailable, "SHUTTING_DOWN",
                  "the node is shutting down; the write may have been kept", Applied::kUnknown);
    std::move(one.reply)(std::move(reply));
  }
}

}  // namespace quorate
