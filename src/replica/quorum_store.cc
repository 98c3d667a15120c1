#include "replica/quorum_store.h"

#include <algorithm>
#include <utility>

#include "base/crash_point.h"
#include "base/limits.h"
#include "base/probe.h"
#include "kv/layout.h"
#include "kv/state_machine.h"
#include "quorum/bytes.h"
#include "replica/effect_stager.h"
#include "replica/record_damaged.h"

namespace quorate {
namespace {

using quorum::Checkpoint;
using quorum::Effect;
using quorum::PutRecord;

absl::StatusOr<kv::AppliedState> AppliedIn(
    const absl::StatusOr<std::optional<std::string>>& stored) {
  if (!stored.ok()) return stored.status();
  if (!*stored) return kv::AppliedState();
  return kv::AppliedState::Decode(**stored);
}

}  // namespace

Payload EncodeEffects(absl::Span<const Effect> effects) {
  size_t likely = 0;
  for (const Effect& effect : effects) likely += quorum::BytesLikely(effect);
  std::string bytes;
  bytes.reserve(likely);
  std::string one;
  for (const Effect& effect : effects) {
    one.clear();
    one.reserve(quorum::BytesLikely(effect));
    quorum::AppendEffect(effect, one);
    quorum::AppendSized(one, bytes);
  }
  return Payload(std::move(bytes));
}

absl::StatusOr<std::vector<Effect>> DecodeEffects(std::string_view bytes) {
  std::vector<Effect> effects;
  quorum::Reader reader(bytes);
  while (reader.ok() && !reader.done()) {
    auto effect = quorum::DecodeEffect(reader.Sized());
    if (!effect.ok()) return effect.status();
    effects.push_back(*std::move(effect));
  }
  if (!reader.ok()) return RecordDamaged("an entry");
  return effects;
}

void QuorumStore::Keep(const absl::Status& status) const {
  if (status_.ok()) status_ = status;
}

std::optional<quorum::Record> QuorumStore::Lookup(std::string_view key) const {
  if (const std::optional<std::string_view> waits = behind_.Find(key)) {
    return waits->empty() ? std::nullopt : Decode(key, *waits);
  }
  const auto stored = engine_.Get(kv::RecordKey(partition_, key));
  Keep(stored.status());
  if (!stored.ok() || !*stored) return std::nullopt;
  return Decode(key, **stored);
}

std::optional<quorum::Record> QuorumStore::Decode(std::string_view key,
                                                  std::string_view bytes) const {
  auto record = quorum::DecodeRecord(key, bytes);
  Keep(record.status());
  if (!record.ok()) return std::nullopt;
  return *std::move(record);
}

void QuorumStore::DotLog(const quorum::Identity& identity, quorum::CounterRange range, size_t limit,
                         std::vector<quorum::LoggedDot>& out) const {
  Keep(dots_.Find(identity, range, limit, out));
}

std::vector<std::string> QuorumStore::Keys(std::string_view start, std::string_view end,
                                           size_t limit) const {
  const std::vector<WriteBehind::Waiting> waiting = behind_.Between(start, end);
  auto next = waiting.begin();
  const auto found =
      engine_.Scan(kv::RecordKey(partition_, start),
                   end.empty() ? kv::RecordsEnd(partition_) : kv::RecordKey(partition_, end));
  std::vector<std::string> keys;
  while (keys.size() < limit && (found->Valid() || next != waiting.end())) {
    const std::string_view stored = found->Valid() ? kv::UserKey(found->key()) : "";
    const bool waits = next != waiting.end() && (!found->Valid() || next->key <= stored);
    if (!waits || !next->deleted) keys.emplace_back(waits ? next->key : stored);
    if (found->Valid() && (!waits || next->key == stored)) found->Next();
    if (waits) ++next;
  }
  Keep(found->status());
  return keys;
}

absl::StatusOr<LogIndex> QuorumStore::Open() {
  const auto applied = AppliedIn(engine_.Get(kv::AppliedKey(partition_)));
  if (!applied.ok()) return applied.status();
  quorum::Reader young(applied->configuration);
  if (absl::Status loaded = dots_.Load(quorum::SeenClock::TakeFrom(young)); !loaded.ok()) {
    return loaded;
  }
  applied_ = flushed_ = applied->index;
  return applied_;
}

// Before its dots no record may be missing in the engine.
absl::StatusOr<LogIndex> QuorumStore::Releasable() {
  if (absl::Status flushed = Flush(); !flushed.ok()) return flushed;
  CrashPoint<"leaderless-before-ageing">();
  if (absl::Status aged = dots_.Age(applied_); !aged.ok()) return aged;
  const auto durable = AppliedIn(engine_.GetDurable(kv::AppliedKey(partition_)));
  if (!durable.ok()) return durable.status();
  const auto entered = EnteredDurably();
  if (!entered.ok()) return entered.status();
  // Else a crash would bring back what a copy before this one had applied, of its own log.
  if (*entered < joined_) return dots_.Releasable(LogIndex());
  return dots_.Releasable(durable->index);
}

void QuorumStore::Recall(absl::Span<const Effect> effects, LogIndex index) {
  EngineBatch done;
  for (const Effect& effect : effects) {
    if (const auto* put = std::get_if<PutRecord>(&effect)) {
      for (const quorum::Dot& dot : put->dots) dots_.Add(dot, put->key, index);
    } else if (const auto* put_run = std::get_if<quorum::PutRun>(&effect)) {
      const quorum::Run& run = put_run->run;
      run.ForEach([&](uint64_t at, const quorum::RunWrite& write) {
        dots_.Add({run.first.identity, run.first.counter + at}, write.key, index);
      });
    } else if (const auto* checkpoint = std::get_if<Checkpoint>(&effect)) {
      dots_.Drop(checkpoint->dots, index, done);
    }
  }
}

absl::Status QuorumStore::RecallLost(const quorum::ConflictPolicy& policy) {
  if (dots_.lost().empty()) return absl::OkStatus();
  if (absl::Status flushed = Flush(); !flushed.ok()) return flushed;
  Reached<"replica: the log lacked writes that the engine has">();
  EngineBatch batch;
  const auto found = engine_.Scan(kv::RecordKey(partition_, ""), kv::RecordsEnd(partition_));
  for (; found->Valid() && !dots_.lost().empty(); found->Next()) {
    const std::string key(kv::UserKey(found->key()));
    const auto record = quorum::DecodeRecord(key, found->value());
    if (!record.ok()) return record.status();
    if (!record->dot) continue;
    for (const quorum::Dot& dot : policy.NewestIn(*record)) {
      if (dots_.lost().Contains(dot)) dots_.AddOld(dot, key, batch);
    }
  }
  if (!found->status().ok()) return found->status();
  if (absl::Status rows = RecallRows(batch); !rows.ok()) return rows;
  // What neither shows was never told to anyone: whoever has it sends it again.
  auto restored = Restore();
  if (!restored.ok()) return restored.status();
  restored->checkpoint.seen.Remove(dots_.lost());
  batch.PutKey(kv::KnowledgeKey(partition_),
               KnowledgeBytes(restored->filled, restored->checkpoint));
  return engine_.Write(batch);
}

// A write that was overwritten since is known by its operation's row alone; whoever is
// told of that takes the write for seen, so it is to be seen here, too.
absl::Status QuorumStore::RecallRows(EngineBatch& batch) {
  const auto rows = engine_.Scan(kv::OperationKey(partition_, 0, 0), kv::OperationsEnd(partition_));
  for (; rows->Valid() && !dots_.lost().empty(); rows->Next()) {
    if (kv::OperationOf(rows->key()).sequence == 0 || rows->value().empty()) continue;
    const auto row = quorum::DecodeRow(rows->value());
    if (!row.ok()) return row.status();
    const quorum::Dot& dot = row->operation.dot;
    if (dots_.lost().Contains(dot)) dots_.AddOld(dot, row->key, batch);
  }
  return rows->status();
}

absl::Status QuorumStore::LeaveLog(LogIndex applied) {
  if (absl::Status flushed = Flush(); !flushed.ok()) return flushed;
  if (absl::Status moved = dots_.MoveUpTo(applied); !moved.ok()) return moved;
  return engine_.Flush();
}

absl::Status QuorumStore::Apply(const Payload& data, LogIndex index) {
  EffectStager stager(partition_, index, behind_, dots_, journal_);
  quorum::Reader reader(data.view());
  while (reader.ok() && !reader.done()) {
    const std::string_view bytes = reader.Sized();
    if (const auto put = quorum::PutIn(bytes)) {
      stager.Put(*put, data);
      continue;
    }
    if (const auto run = quorum::RunIn(bytes)) {
      stager.Put(*run, data);
      continue;
    }
    const auto effect = quorum::DecodeEffect(bytes);
    if (!effect.ok()) return effect.status();
    std::visit(stager, *effect);
  }
  if (!reader.ok()) return RecordDamaged("an entry");
  if (!stager.status().ok()) return stager.status();
  applied_ = index;
  return behind_.full() || stager.discards() ? Flush() : absl::OkStatus();
}

void QuorumStore::Tick(absl::Duration now) {
  if (behind_.Overdue(now)) Keep(Flush());
}

absl::Status QuorumStore::Flush() const {
  if (applied_ == flushed_) return absl::OkStatus();
  flushed_ = applied_;
  kv::AppliedState applied;
  applied.index = applied_;
  dots_.YoungClock().AppendTo(applied.configuration);
  CrashPoint<"leaderless-before-apply">();
  absl::Status flushed = behind_.Flush(applied.Encode());
  CrashPoint<"leaderless-after-apply">();
  return flushed;
}

absl::StatusOr<quorum::Restored> QuorumStore::Restore() const {
  if (absl::Status flushed = Flush(); !flushed.ok()) return flushed;
  quorum::Restored restored;
  const auto knowledge = engine_.Get(kv::KnowledgeKey(partition_));
  if (!knowledge.ok()) return knowledge.status();
  if (*knowledge) {
    quorum::Reader reader(**knowledge);
    restored.filled = reader.Flag();
    restored.checkpoint = quorum::Knowledge::TakeFrom(reader);
    if (!reader.done()) return RecordDamaged("what a replica knows");
  } else if (absl::Status empty = CheckEmpty(); !empty.ok()) {
    return empty;
  }
  const auto reserved = engine_.Get(kv::ReservedTimeKey(partition_));
  if (!reserved.ok()) return reserved.status();
  if (*reserved) {
    quorum::Reader reader(**reserved);
    restored.reserved = HlcTime(reader.Varint());
    if (!reader.done()) return RecordDamaged("the reserved time");
  }
  const auto floor = engine_.Get(kv::BallotFloorKey(partition_));
  if (!floor.ok()) return floor.status();
  if (*floor) {
    quorum::Reader reader(**floor);
    restored.floor = quorum::ReadBallot(reader);
    if (!reader.done()) return RecordDamaged("the ballot floor");
  }
  const auto entered = Entered();
  if (!entered.ok()) return entered.status();
  restored.entered = *entered;
  restored.logged = dots_.All();
  absl::StatusOr<quorum::TakenHints> hints = RestoreHints();
  if (!hints.ok()) return hints.status();
  restored.hints = *std::move(hints);
  if (absl::Status read = RestoreOperations(restored.operations); !read.ok()) return read;
  return restored;
}

// A replica's first entry has what it knows: without that there is nothing that it could
// have told anyone, and it may count as one that never lacked any.
absl::Status QuorumStore::CheckEmpty() const {
  const auto applied = AppliedIn(engine_.Get(kv::AppliedKey(partition_)));
  if (!applied.ok()) return applied.status();
  if (applied->index != LogIndex()) return RecordDamaged("what a replica knows");
  return absl::OkStatus();
}

absl::StatusOr<QuorumStore::Items> QuorumStore::Scan(const kv::Range& range,
                                                     uint64_t calendar_us) const {
  if (absl::Status flushed = Flush(); !flushed.ok()) return flushed;
  const size_t limit =
      range.limit == 0 ? limits::kScanRecordsMax : std::min(range.limit, limits::kScanRecordsMax);
  const uint64_t bytes_max = range.bytes_max == 0
                                 ? limits::kScanBytesMax
                                 : std::min<uint64_t>(range.bytes_max, limits::kScanBytesMax);
  const auto found = engine_.Scan(
      kv::RecordKey(partition_, range.start),
      range.end.empty() ? kv::RecordsEnd(partition_) : kv::RecordKey(partition_, range.end));
  Items page;
  uint64_t bytes = 0;
  for (; found->Valid(); found->Next()) {
    const std::string_view key = kv::UserKey(found->key());
    auto record = quorum::DecodeRecord(key, found->value());
    if (!record.ok()) return record.status();
    if (record->Dead(calendar_us)) {
      page.dead.push_back(*std::move(record));
      continue;
    }
    if (page.items.size() >= limit || (!page.items.empty() && bytes >= bytes_max)) {
      page.more = true;
      break;
    }
    bytes += key.size() + record->body.size();
    page.items.push_back({std::string(key), *std::move(record)});
  }
  if (!found->status().ok()) return found->status();
  return page;
}

}  // namespace quorate
