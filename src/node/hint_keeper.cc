#include "node/hint_keeper.h"

#include <algorithm>
#include <string>

#include "base/boot.h"
#include "base/error.h"
#include "base/probe.h"
#include "base/strings.h"
#include "quorum/bytes.h"
#include "replica/quorum_values.h"

namespace quorate {
namespace {

// The log is made for terms; here nobody is elected.
constexpr Term kOnlyTerm{1};
constexpr absl::Duration kReleaseInterval = absl::Seconds(1);
// For an answer; then the same replica is asked again, which may have lost the
// question, or its answer may have been lost.
constexpr absl::Duration kAnswerMax = absl::Seconds(2);
// Written again at the log's end at a time, so that its old segments can go.
constexpr uint64_t kCarryBytes = 1 << 20;

// What an entry of the log begins with.
constexpr char kKeep = 'k';
constexpr char kForget = 'f';

uint64_t FirstId(Boot boot) { return StartOf(boot) << 40; }

std::string ForgetEntry(uint64_t id) {
  std::string data(1, kForget);
  AppendVarint(id, data);
  return data;
}

// A time to live counts from when the write was acknowledged.
void ShortenTtl(kv::Command& command, uint64_t elapsed_us) {
  for (kv::Mutation& mutation : command.mutations) {
    if (mutation.ttl_us == 0) continue;
    mutation.ttl_us = mutation.ttl_us > elapsed_us ? mutation.ttl_us - elapsed_us : 1;
  }
}

// However often it is asked, no replica will do it.
bool IsFinal(const absl::Status& status) {
  return absl::IsInvalidArgument(status) || absl::IsFailedPrecondition(status) ||
         absl::IsOutOfRange(status) || absl::IsNotFound(status);
}

}  // namespace

HintKeeper::HintKeeper(NodeShared& shared)
    : shared_(shared), hints_(shared.options.hints_bytes_max, {}, FirstId(shared.options.boot)) {}

absl::Status HintKeeper::Restore(const RecoveredGroup& recovered) {
  std::map<uint64_t, quorum::Hint> kept;
  last_index_ = recovered.base.index;
  for (const LogEntry& entry : recovered.entries) {
    last_index_ = entry.index;
    const std::string_view data = entry.data.view();
    if (!data.empty() && data.front() == kKeep) {
      auto hint = quorum::DecodeHint(data.substr(1));
      if (!hint.ok()) return hint.status();
      Place(hint->id, entry.index);
      kept[hint->id] = *std::move(hint);
      continue;
    }
    quorum::Reader reader(data.empty() ? data : data.substr(1));
    const uint64_t id = reader.Varint();
    kept.erase(id);
    if (const auto at = index_of_.find(id); at != index_of_.end()) {
      id_at_.erase(at->second);
      index_of_.erase(at);
    }
  }
  durable_ = last_index_;
  if (shared_.options.bugs.forget_hints_on_restart) {
    kept.clear();
    index_of_.clear();
    id_at_.clear();
  }
  std::vector<quorum::Hint> hints;
  for (auto& [id, hint] : kept) hints.push_back(std::move(hint));
  hints_ = quorum::Hints(shared_.options.hints_bytes_max, std::move(hints),
                         FirstId(shared_.options.boot));
  Tell();
  return absl::OkStatus();
}

void HintKeeper::Place(uint64_t id, LogIndex index) {
  if (const auto at = index_of_.find(id); at != index_of_.end()) id_at_.erase(at->second);
  index_of_[id] = index;
  id_at_[index] = id;
}

void HintKeeper::Append(std::string data) {
  last_index_ = last_index_.next();
  LogEntry& entry = entries_.emplace_back();
  entry.term = kOnlyTerm;
  entry.index = last_index_;
  entry.kind = EntryKind::kCommand;
  entry.data = Payload(std::move(data));
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
  if (closed_) {
    return MakeError(absl::StatusCode::kUnavailable, "SHUTTING_DOWN",
                     shared_.options.self.ToString() + " is shutting down; ask another node");
  }
  if (shared_.disk.room() != Room::kEnough) {
    return MakeError(absl::StatusCode::kResourceExhausted, "DISK_NEARLY_FULL",
                     StrCat("no replica of ", request.partition.ToString(),
                            " can be reached, and the disk of ", shared_.options.self.ToString(),
                            " has less room left than is kept back; nothing was written"));
  }
  return absl::OkStatus();
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
  hint.at_us = static_cast<uint64_t>(absl::ToUnixMicros(shared_.edges.env.WallTime()));
  auto kept = hints_.Add(std::move(hint));
  if (!kept.ok()) {
    waiting.answer.status = kept.status();
    return std::move(waiting.reply)(std::move(waiting.answer));
  }
  Reached<"node: a write at ANY is kept for a replica">();
  Append(kKeep + quorum::EncodeHint(*kept));
  Place(kept->id, last_index_);
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
  for (PartitionId partition : hints_.partitions()) {
    if (!attempts_.contains(partition)) HandOver(partition, now);
  }
  if (now < next_release_) return;
  next_release_ = now + kReleaseInterval;
  const LogIndex before_live(id_at_.empty() ? durable_.value() : id_at_.begin()->first.value() - 1);
  if (const LogIndex dead = std::min(durable_, before_live); dead > released_) {
    released_ = dead;
    shared_.log->Release(kHintsPartition, dead);
  }
  CarryForward();
}

// Who is to have the partition's first: whoever may have it already, or any that
// can be heard of. No node: nobody, for now.
quorum::Identity HintKeeper::ReplicaFor(PartitionId partition) {
  if (const auto holder = hints_.Holder(partition); holder) {
    return shared_.peers.alive(holder->node) ? *holder : Identity();
  }
  const auto topology = shared_.topology.Get();
  const ring::PartitionInfo* info = topology->FindPartition(partition);
  if (info == nullptr) return {};
  // Another each time, as one may be there and refuse.
  const size_t count = info->replicas.size();
  for (size_t i = 0; i < count; ++i) {
    const NodeId node = info->replicas[next_replica_++ % count];
    const bool here = node == shared_.options.self;
    const Boot boot = here ? shared_.options.boot : shared_.peers.boot(node);
    // Of whose life nothing is known yet, that life's end could not be told either.
    if (shared_.peers.alive(node) && boot) return {node, boot};
  }
  return {};
}

void HintKeeper::HandOver(PartitionId partition, absl::Duration now) {
  if (const auto holder = hints_.Holder(partition); holder) {
    const bool here = holder->node == shared_.options.self;
    if (!here) hints_.Lives({holder->node, shared_.peers.boot(holder->node)});
  }
  const Identity replica = ReplicaFor(partition);
  if (!replica.node) {
    if (shared_.topology.Get()->FindPartition(partition) != nullptr) return;
    // Its keyspace was dropped.
    for (Identity nobody; const quorum::Hint* hint = hints_.HandTo(nobody, partition);) {
      Forget(hint->id);
    }
    return;
  }
  const quorum::Hint* hint = hints_.HandTo(replica, partition);
  if (hint == nullptr) return;
  auto bundle = kv::DecodeBundle(hint->command);
  if (!bundle.ok() || bundle->commands.size() != 1) return Forget(hint->id);
  const auto calendar = static_cast<uint64_t>(absl::ToUnixMicros(shared_.edges.env.WallTime()));
  ShortenTtl(bundle->commands.front(), calendar > hint->at_us ? calendar - hint->at_us : 0);
  Request request;
  request.partition = partition;
  request.epoch = shared_.topology.Get()->epoch;
  request.level = Level::kOne;
  request.deadline = now + kAnswerMax;
  request.session = hint->session;
  request.to = replica.node;
  request.hint = hint->id;
  request.op = std::move(bundle->commands.front());
  attempts_.insert(partition);
  // Answered on the thread of the worker that sends it.
  shared_.execute(std::move(request), [&shared = shared_, partition, id = hint->id](Reply reply) {
    shared.to_hints([partition, id, reply = std::move(reply)](HintKeeper& keeper) {
      keeper.HandedOver(partition, id, reply);
    });
  });
}

void HintKeeper::HandedOver(PartitionId partition, uint64_t id, const Reply& reply) {
  attempts_.erase(partition);
  if (reply.status.ok()) {
    Reached<"node: a replica took a hint">();
    Forget(id);
    return HandOver(partition, shared_.edges.env.Monotonic());
  }
  // Else it may have been done, and the same replica is asked again.
  if (AppliedOf(reply.status) != Applied::kNo) return;
  hints_.Refused(id);
  if (!IsFinal(reply.status)) return;
  shared_.hints_refused.fetch_add(1, std::memory_order_relaxed);
  Forget(id);
}

void HintKeeper::Forget(uint64_t id) {
  if (!hints_.Coordinated(id)) return;
  const LogIndex at = index_of_.extract(id).mapped();
  id_at_.erase(at);
  Append(ForgetEntry(id));
  Tell();
}

// Else a few hints that nobody takes keep all of the log behind them.
void HintKeeper::CarryForward() {
  if (id_at_.empty() || shared_.log->stats().bytes_on_disk <= shared_.options.log_flush_bytes) {
    return;
  }
  uint64_t bytes = 0;
  std::vector<uint64_t> oldest;
  for (const auto& [index, id] : id_at_) {
    if (bytes >= kCarryBytes) break;
    bytes += hints_.Find(id)->command.size();
    oldest.push_back(id);
  }
  for (uint64_t id : oldest) {
    Append(kKeep + quorum::EncodeHint(*hints_.Find(id)));
    Place(id, last_index_);
  }
}

void HintKeeper::Tell() const {
  shared_.hints.store(hints_.size(), std::memory_order_relaxed);
  shared_.hint_bytes.store(hints_.bytes(), std::memory_order_relaxed);
}

void HintKeeper::Collect(std::vector<GroupWrite>& writes) {
  if (entries_.empty()) return;
  GroupWrite& write = writes.emplace_back();
  write.partition = kHintsPartition;
  write.entries = std::exchange(entries_, {});
  collected_ = Written{last_index_, std::exchange(fresh_, 0)};
}

void HintKeeper::Submitted(LogTicket ticket) {
  if (collected_) unsynced_.emplace_back(ticket, *std::exchange(collected_, std::nullopt));
}

void HintKeeper::Open(const SyncProof& proof) {
  while (!unsynced_.empty() && unsynced_.front().CoveredBy(proof)) {
    const Written written = *std::move(unsynced_.front()).Open(proof);
    unsynced_.pop_front();
    durable_ = written.last;
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
