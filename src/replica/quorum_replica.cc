#include "replica/quorum_replica.h"

#include <algorithm>
#include <utility>

#include "base/error.h"
#include "base/strings.h"
#include "quorum/message_batch.h"
#include "replica/old_disk_image.h"

namespace quorate {
namespace {

// The log is made for terms; without a leader there is but one.
constexpr Term kOnlyTerm{1};

Growth GrowthOf(const quorum::Message& message) {
  if (!quorum::Grows(message)) return Growth::kNone;
  const bool lacked = std::holds_alternative<quorum::SyncAnswer>(message.body) ||
                      std::holds_alternative<quorum::FillAnswer>(message.body) ||
                      std::holds_alternative<quorum::LegacyAsk>(message.body);
  return lacked ? Growth::kCatchUp : Growth::kWrites;
}

absl::Status NoSuchPolicy(PartitionId partition, Conflict conflict) {
  return MakeError(absl::StatusCode::kFailedPrecondition, "CONFLICT_NOT_SUPPORTED",
                   partition.ToString() + " is of conflict policy " +
                       std::string(ConflictName(conflict)) +
                       ", which this build does not have: run the build that made the keyspace");
}

absl::Status StateBehindLog(PartitionId partition, LogIndex state, LogIndex log) {
  return MakeError(absl::StatusCode::kDataLoss, "STATE_BEHIND_LOG",
                   "the state of " + partition.ToString() + " ends at " + state.ToString() +
                       " but its log begins behind " + log.ToString() +
                       ": data/ was lost or is from another time. Leave this node stopped and "
                       "keep its data folder: the others go on, and none is rebuilt from them yet");
}

}  // namespace

QuorumReplica::QuorumReplica(QuorumReplicaOptions options,
                             std::unique_ptr<const QuorumValues> values, Engine& engine,
                             LogClock clock)
    : options_(std::move(options)),
      values_(std::move(values)),
      store_(options_.partition, engine, options_.joined),
      clock_(clock),
      fill_source_(options_.partition, engine, options_.pace),
      calls_(*values_),
      runs_(*values_),
      scans_(store_, *values_),
      counted_scans_(calls_) {}

absl::StatusOr<std::unique_ptr<QuorumReplica>> QuorumReplica::Open(QuorumReplicaOptions options,
                                                                   Engine& engine,
                                                                   RecoveredGroup* recovered,
                                                                   LogClock clock) {
  // A later build may have agreed on a keyspace of a policy that this one lacks.
  auto values = QuorumValues::For(options.conflict, options.context_scope, options.core.bugs);
  if (values == nullptr) return NoSuchPolicy(options.partition, options.conflict);
  std::unique_ptr<QuorumReplica> replica(
      new QuorumReplica(std::move(options), std::move(values), engine, clock));
  if (absl::Status gone = replica->ForgetFormerCopy(engine); !gone.ok()) return gone;
  if (absl::Status restored = replica->Restore(recovered); !restored.ok()) return restored;
  return replica;
}

// The state may be ahead of the log, where it was flushed before a sync that a
// crash prevented, or behind it.
absl::Status QuorumReplica::Restore(RecoveredGroup* recovered) {
  const auto applied = store_.Open();
  if (!applied.ok()) return applied.status();
  last_index_ = *applied;
  LogIndex in_log;
  if (recovered != nullptr) {
    if (*applied < recovered->base.index) {
      return StateBehindLog(options_.partition, *applied, recovered->base.index);
    }
    in_log = recovered->base.index + recovered->entries.size();
    for (const LogEntry& entry : recovered->entries) {
      auto effects = DecodeEffects(entry.data.view());
      if (!effects.ok()) return effects.status();
      if (entry.index <= *applied) {
        store_.Recall(*effects, entry.index);
        continue;
      }
      if (absl::Status done = store_.Apply(entry.data, entry.index); !done.ok()) return done;
      last_index_ = entry.index;
    }
  }
  if (absl::Status found = store_.RecallLost(values_->policy()); !found.ok()) return found;
  reset_log_at_start_ = last_index_ > in_log;
  if (reset_log_at_start_) {
    if (absl::Status left = store_.LeaveLog(last_index_); !left.ok()) return left;
  }
  auto restored = store_.Restore();
  if (!restored.ok()) return restored.status();
  // A copy that joins lacks what the others have, until its disk says otherwise.
  if (restored->entered < options_.joined) restored->filled = false;
  core_ = std::make_unique<quorum::Core>(options_.core, values_->policy(), store_,
                                         *std::move(restored));
  fill_source_.SetJoining(core_->members().joining.node);
  return absl::OkStatus();
}

void QuorumReplica::Tick(absl::Duration now) {
  ticked_ = now;
  core_->Tick(At(now));
  for (quorum::Message& due : fill_source_.TakeDue(now)) core_->Receive(std::move(due), At(now));
  store_.Tick(now);
}

void QuorumReplica::Receive(NodeId from, std::string_view payload, absl::Duration now) {
  auto messages = quorum::DecodeBatch(from, options_.core.self.node, payload);
  if (!messages.ok()) return;
  const quorum::Now at = At(now);
  for (quorum::Message& message : *messages) {
    if (fill_source_.MayAnswer(message, now)) core_->Receive(std::move(message), at);
  }
}

Growth QuorumReplica::GrowthIn(std::string_view payload) const {
  const auto messages = quorum::DecodeBatch(NodeId(), options_.core.self.node, payload);
  Growth most = Growth::kNone;
  if (!messages.ok()) return most;
  for (const quorum::Message& message : *messages) most = std::max(most, GrowthOf(message));
  return most;
}

void QuorumReplica::Execute(Request request, ReplyFn reply, absl::Duration now) {
  const bool of_run = runs_.Takes(request);
  // In the order in which they came.
  if (!of_run || !runs_.Fits(request)) runs_.Flush(*core_, At(now));
  if (of_run) {
    const Receipt same = runs_.open() ? Receipt() : MakeReceipt(request.level);
    return runs_.Add(std::move(request), std::move(reply), same, At(now).calendar_us);
  }
  if (std::holds_alternative<kv::Range>(request.op)) {
    Receipt receipt = MakeReceipt(request.level);
    if (QuorumScans::Has(request.level)) {
      return scans_.Start(std::move(request), std::move(reply), std::move(receipt), *core_,
                          At(now));
    }
    return counted_scans_.Start(std::move(request), std::move(reply), std::move(receipt), *core_,
                                At(now));
  }
  const Receipt receipt = MakeReceipt(request.level);
  if (request.hint != 0) reply = Signed(std::move(reply));
  calls_.Start(std::move(request), std::move(reply), receipt, *core_, At(now));
}

// A refusal too says that it is this replica's, which knows of all hints it has taken.
ReplyFn QuorumReplica::Signed(ReplyFn reply) const {
  return [self = options_.core.self.node, reply = std::move(reply)](Reply answer) mutable {
    answer.receipt.served_by = self;
    std::move(reply)(std::move(answer));
  };
}

void QuorumReplica::Answer(quorum::Reply& reply, absl::Duration now) {
  if (runs_.Answer(reply, now)) return;
  if (scans_.Answer(reply, *core_, At(now))) {
    return scans_.Release(effects_out_, effects_durable_);
  }
  if (!counted_scans_.Answer(reply, *core_, At(now))) {
    calls_.Answer(reply, *core_, At(now));
  }
  counted_scans_.GoOn(*core_, At(now));
}

Receipt QuorumReplica::MakeReceipt(Level level) const {
  Receipt receipt;
  receipt.asked = level;
  receipt.achieved = level;
  receipt.mode = Mode::kQuorum;
  receipt.epoch = epoch_;
  receipt.served_by = options_.core.self.node;
  receipt.partition = options_.partition;
  return receipt;
}

void QuorumReplica::Persisted(uint64_t token, absl::Duration now) {
  effects_durable_ = token;
  core_->Persisted(token, At(now));
  while (!held_.empty() && held_.front().first <= token) {
    Answer(held_.front().second, now);
    held_.pop_front();
  }
  scans_.Release(effects_out_, effects_durable_);
}

absl::StatusOr<bool> QuorumReplica::Collect(Turn& turn, absl::Duration now) {
  if (std::exchange(reset_log_at_start_, false)) {
    GroupWrite write;
    write.partition = options_.partition;
    write.reset = LogBase{last_index_, kOnlyTerm};
    turn.writes.push_back(std::move(write));
  }
  if (!store_.status().ok()) return store_.status();
  const quorum::Identity& self = options_.core.self;
  if (core_->knowledge().HeardOf(self.node) > self.boot || core_->has_rival()) {
    return OldDiskImage(self.node, StrCat("a replica of ", options_.partition.ToString()));
  }
  if (core_->has_forgotten()) {
    return ForgottenWrites(self.node, StrCat("a replica of ", options_.partition.ToString()));
  }
  runs_.Flush(*core_, At(now));
  if (!core_->has_output()) return false;
  quorum::Output output = core_->TakeOutput();
  if (absl::Status obeyed = Obey(output, turn, now); !obeyed.ok()) return obeyed;
  return true;
}

absl::Status QuorumReplica::Obey(quorum::Output& output, Turn& turn, absl::Duration now) {
  if (!output.effects.empty()) {
    if (absl::Status written = Write(output.effects, turn); !written.ok()) return written;
  }
  Send(output.messages, turn.sends);
  Send(output.messages_after_sync, turn.sends_after_sync);
  for (const quorum::Message& message : output.messages_after_sync) {
    fill_source_.Sent(message, now);
  }
  for (quorum::Reply& reply : output.replies) Answer(reply, now);
  for (quorum::Reply& reply : output.replies_after_sync) {
    if (effects_durable_ == effects_out_) {
      Answer(reply, now);
    } else {
      held_.emplace_back(effects_out_, std::move(reply));
    }
  }
  return absl::OkStatus();
}

absl::Status QuorumReplica::Write(const std::vector<quorum::Effect>& effects, Turn& turn) {
  last_index_ = last_index_.next();
  GroupWrite write;
  write.partition = options_.partition;
  LogEntry& entry = write.entries.emplace_back();
  entry.term = kOnlyTerm;
  entry.index = last_index_;
  entry.kind = EntryKind::kCommand;
  entry.data = EncodeEffects(effects);
  const Payload data = entry.data;
  turn.writes.push_back(std::move(write));
  effects_out_ += effects.size();
  for (const quorum::Effect& effect : effects) {
    conflicts_discarded_ += std::holds_alternative<quorum::Discard>(effect) ? 1 : 0;
  }
  turn.persist_token = effects_out_;
  return store_.Apply(data, last_index_);
}

// One payload for each replica, and others for what a full disk may have to refuse.
void QuorumReplica::Send(const std::vector<quorum::Message>& messages,
                         std::vector<PeerMessage>& out) const {
  std::map<std::pair<NodeId, Growth>, std::vector<const quorum::Message*>> batches;
  for (const quorum::Message& message : messages) {
    batches[{message.to, GrowthOf(message)}].push_back(&message);
  }
  for (const auto& [to, batch] : batches) {
    out.push_back({to.first, options_.partition, quorum::EncodeBatch(batch)});
  }
}

absl::Status QuorumReplica::TransferLeadership(NodeId) {
  return MakeError(absl::StatusCode::kFailedPrecondition, "NO_LEADER_HERE",
                   options_.partition.ToString() + " is of mode quorum: nobody leads it");
}

ReplicaStatus QuorumReplica::status() const {
  ReplicaStatus status;
  status.partition = options_.partition;
  status.node = options_.core.self.node;
  status.role = "replica";
  status.leader = options_.core.self.node;
  status.last_index = last_index_.value();
  status.commit_index = last_index_.value();
  status.applied_index = last_index_.value();
  status.quiet = core_->logged().empty();
  fill_source_.FillIn(status, ticked_);
  return status;
}

absl::StatusOr<HeldRecord> QuorumReplica::Inspect(std::string_view key) const {
  const std::optional<quorum::Record> record = store_.Lookup(key);
  if (!store_.status().ok()) return store_.status();
  HeldRecord held;
  if (!record) return held;
  held.held = true;
  held.version = record->time.value();
  held.dot = record->dot.ToString();
  held.tombstone = record->tombstone;
  held.expires_at_us = record->expires_at_us;
  held.bytes = record->body.size();
  held.digest = quorum::VersionOf(key, *record).digest;
  return held;
}

std::optional<QuorumStatus> QuorumReplica::quorum_status(absl::Duration now) const {
  QuorumStatus status;
  status.partition = options_.partition;
  for (const quorum::Member& member : core_->members().All()) {
    if (member.node == options_.core.self.node) continue;
    const quorum::Lag lag = core_->LagOf(member.node, At(now));
    status.lags.push_back({member.node, lag.writes, lag.time, lag.heard_of});
  }
  status.dots = core_->logged().size();
  status.filled = core_->filled();
  status.staleness = core_->Staleness(At(now));
  status.records_repaired = core_->records_repaired();
  status.records_disputed = core_->records_disputed();
  status.reads_hedged = core_->reads_hedged();
  status.register_round_trips = core_->register_round_trips();
  status.conflicts_discarded = conflicts_discarded_;
  status.values_full = calls_.values_full();
  status.times_refused = core_->times_refused();
  return status;
}

bool QuorumReplica::busy() const {
  return runs_.busy() || calls_.busy() || scans_.busy() || counted_scans_.busy();
}

void QuorumReplica::Shutdown() {
  runs_.FailAll("SHUTTING_DOWN", "the node is shutting down");
  calls_.FailAll("SHUTTING_DOWN", "the node is shutting down");
  scans_.FailAll("SHUTTING_DOWN", "the node is shutting down");
  counted_scans_.FailAll("SHUTTING_DOWN", "the node is shutting down");
}

}  // namespace quorate
