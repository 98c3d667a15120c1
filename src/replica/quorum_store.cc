#include "replica/quorum_store.h"

#include <algorithm>
#include <utility>

#include "base/error.h"
#include "base/limits.h"
#include "base/varint.h"
#include "kv/layout.h"
#include "kv/state_machine.h"
#include "quorum/bytes.h"

namespace quorate {
namespace {

using quorum::Checkpoint;
using quorum::Effect;
using quorum::PutRecord;
using quorum::RaiseFloor;
using quorum::ReserveTime;

absl::Status Damaged(std::string_view what) {
  return MakeError(absl::StatusCode::kDataLoss, "RECORD_DAMAGED",
                   std::string(what) +
                       " of a leaderless partition cannot be read: the state on "
                       "this disk is damaged; leave this node stopped and keep its data folder: "
                       "the others go on, and none is rebuilt from them yet");
}

std::string DotKeyOf(PartitionId partition, const quorum::Dot& dot) {
  return kv::DotKey(partition, dot.identity.node, dot.identity.boot, dot.counter);
}

class Stager {
 public:
  Stager(PartitionId partition, EngineBatch& batch, ConflictJournal& journal)
      : partition_(partition), batch_(batch), journal_(journal) {}

  void operator()(const PutRecord& put) {
    if (put.record) {
      batch_.PutKey(kv::RecordKey(partition_, put.key), EncodeRecord(put.key, *put.record));
    }
    for (const quorum::Dot& dot : put.dots) batch_.PutKey(DotKeyOf(partition_, dot), put.key);
    if (put.operation) {
      PutOperation(put.operation->id, quorum::EncodeRow({put.key, *put.operation}));
    }
  }
  void operator()(const Checkpoint& checkpoint) {
    std::string bytes;
    bytes.push_back(checkpoint.filled ? 1 : 0);
    checkpoint.knowledge.AppendTo(bytes);
    batch_.PutKey(kv::KnowledgeKey(partition_), std::move(bytes));
    for (const auto& [identity, counters] : checkpoint.dots.sets()) {
      for (const quorum::CounterRange& range : counters.ranges()) {
        batch_.DeleteKeys(DotKeyOf(partition_, {identity, range.first}),
                          DotKeyOf(partition_, {identity, range.last + 1}));
      }
    }
    for (const auto& [node, first_live] : checkpoint.dots.ended()) {
      batch_.DeleteKeys(kv::DotKey(partition_, node, Boot(), 0),
                        kv::DotKey(partition_, node, first_live, 0));
    }
    for (const std::string& key : checkpoint.keys) {
      batch_.DeleteKey(kv::RecordKey(partition_, key));
    }
  }
  void operator()(const ReserveTime& reserve) {
    std::string bytes;
    AppendVarint(reserve.until.value(), bytes);
    batch_.PutKey(kv::ReservedTimeKey(partition_), std::move(bytes));
  }
  void operator()(const RaiseFloor& raise) {
    std::string bytes;
    AppendBallot(raise.floor, bytes);
    batch_.PutKey(kv::BallotFloorKey(partition_), std::move(bytes));
  }
  void operator()(const quorum::TakeHint& take) {
    std::string bytes;
    AppendVarint(take.hint.number, bytes);
    batch_.PutKey(kv::TakenHintKey(partition_, take.hint.keeper), std::move(bytes));
  }
  void operator()(const quorum::Discard& discard) {
    if (status.ok()) status = journal_.Stage(discard, batch_);
  }
  void operator()(const quorum::FenceOperation& fence) { PutOperation(fence.id, ""); }
  void operator()(const quorum::SettleOperations& settle) {
    batch_.DeleteKeys(kv::OperationKey(partition_, settle.writer, 1),
                      kv::OperationKey(partition_, settle.writer, settle.below));
    PutOperation({settle.writer, 0}, NumberBytes(settle.below));
  }
  void operator()(const quorum::ForgetOperations& forget) {
    batch_.DeleteKeys(kv::OperationKey(partition_, 1, 0),
                      kv::OperationKey(partition_, forget.writers_below, 0));
    PutOperation({}, NumberBytes(forget.writers_below));
  }

  absl::Status status;

 private:
  static std::string NumberBytes(uint64_t number) {
    std::string bytes;
    AppendVarint(number, bytes);
    return bytes;
  }
  void PutOperation(const quorum::OperationId& id, std::string bytes) {
    batch_.PutKey(kv::OperationKey(partition_, id.writer, id.sequence), std::move(bytes));
  }

  const PartitionId partition_;
  EngineBatch& batch_;
  ConflictJournal& journal_;
};

absl::StatusOr<LogIndex> IndexIn(const absl::StatusOr<std::optional<std::string>>& stored) {
  if (!stored.ok()) return stored.status();
  if (!*stored) return LogIndex();
  auto applied = kv::AppliedState::Decode(**stored);
  if (!applied.ok()) return applied.status();
  return applied->index;
}

}  // namespace

std::string EncodeEffects(absl::Span<const Effect> effects) {
  std::string bytes;
  for (const Effect& effect : effects) quorum::AppendSized(EncodeEffect(effect), bytes);
  return bytes;
}

absl::StatusOr<std::vector<Effect>> DecodeEffects(std::string_view bytes) {
  std::vector<Effect> effects;
  quorum::Reader reader(bytes);
  while (reader.ok() && !reader.done()) {
    auto effect = quorum::DecodeEffect(reader.Sized());
    if (!effect.ok()) return effect.status();
    effects.push_back(*std::move(effect));
  }
  if (!reader.ok()) return Damaged("an entry");
  return effects;
}

void QuorumStore::Keep(const absl::Status& status) const {
  if (status_.ok()) status_ = status;
}

std::optional<quorum::Record> QuorumStore::Lookup(std::string_view key) const {
  const auto stored = engine_.Get(kv::RecordKey(partition_, key));
  Keep(stored.status());
  if (!stored.ok() || !*stored) return std::nullopt;
  auto record = quorum::DecodeRecord(key, **stored);
  Keep(record.status());
  if (!record.ok()) return std::nullopt;
  return *std::move(record);
}

void QuorumStore::DotLog(const quorum::Identity& identity, quorum::CounterRange range, size_t limit,
                         std::vector<quorum::LoggedDot>& out) const {
  const auto found = engine_.Scan(DotKeyOf(partition_, {identity, range.first}),
                                  DotKeyOf(partition_, {identity, range.last + 1}));
  for (size_t n = 0; n < limit && found->Valid(); ++n, found->Next()) {
    const uint64_t counter = kv::DotOf(found->key()).counter;
    out.push_back({{identity, counter}, std::string(found->value())});
  }
  Keep(found->status());
}

std::vector<std::string> QuorumStore::Keys(std::string_view start, std::string_view end,
                                           size_t limit) const {
  const auto found =
      engine_.Scan(kv::RecordKey(partition_, start),
                   end.empty() ? kv::RecordsEnd(partition_) : kv::RecordKey(partition_, end));
  std::vector<std::string> keys;
  for (; keys.size() < limit && found->Valid(); found->Next()) {
    keys.emplace_back(kv::UserKey(found->key()));
  }
  Keep(found->status());
  return keys;
}

absl::StatusOr<LogIndex> QuorumStore::Applied() const {
  return IndexIn(engine_.Get(kv::AppliedKey(partition_)));
}

absl::StatusOr<LogIndex> QuorumStore::Durable() const {
  return IndexIn(engine_.GetDurable(kv::AppliedKey(partition_)));
}

absl::Status QuorumStore::Apply(absl::Span<const Effect> effects, LogIndex index) {
  EngineBatch batch;
  Stager stager(partition_, batch, journal_);
  for (const Effect& effect : effects) std::visit(stager, effect);
  if (!stager.status.ok()) return stager.status;
  kv::AppliedState applied;
  applied.index = index;
  batch.PutKey(kv::AppliedKey(partition_), applied.Encode());
  return engine_.Write(batch);
}

absl::StatusOr<quorum::Restored> QuorumStore::Restore() const {
  quorum::Restored restored;
  const auto knowledge = engine_.Get(kv::KnowledgeKey(partition_));
  if (!knowledge.ok()) return knowledge.status();
  if (*knowledge) {
    quorum::Reader reader(**knowledge);
    restored.filled = reader.Flag();
    restored.checkpoint = quorum::Knowledge::TakeFrom(reader);
    if (!reader.done()) return Damaged("what a replica knows");
  }
  const auto reserved = engine_.Get(kv::ReservedTimeKey(partition_));
  if (!reserved.ok()) return reserved.status();
  if (*reserved) {
    quorum::Reader reader(**reserved);
    restored.reserved = HlcTime(reader.Varint());
    if (!reader.done()) return Damaged("the reserved time");
  }
  const auto floor = engine_.Get(kv::BallotFloorKey(partition_));
  if (!floor.ok()) return floor.status();
  if (*floor) {
    quorum::Reader reader(**floor);
    restored.floor = quorum::ReadBallot(reader);
    if (!reader.done()) return Damaged("the ballot floor");
  }
  const auto dots = engine_.Scan(kv::DotsBegin(partition_), kv::DotsEnd(partition_));
  for (; dots->Valid(); dots->Next()) {
    const kv::DotPlace place = kv::DotOf(dots->key());
    restored.logged.Add({{place.node, place.boot}, place.counter});
  }
  if (!dots->status().ok()) return dots->status();
  absl::StatusOr<quorum::TakenHints> hints = RestoreHints();
  if (!hints.ok()) return hints.status();
  restored.hints = *std::move(hints);
  if (absl::Status read = RestoreOperations(restored.operations); !read.ok()) return read;
  return restored;
}

absl::StatusOr<quorum::TakenHints> QuorumStore::RestoreHints() const {
  quorum::TakenHints hints;
  const auto rows =
      engine_.Scan(kv::TakenHintKey(partition_, NodeId()), kv::TakenHintsEnd(partition_));
  for (; rows->Valid(); rows->Next()) {
    quorum::Reader reader(rows->value());
    hints[kv::KeeperOf(rows->key())] = reader.Varint();
    if (!reader.done()) return Damaged("the last hint of a node");
  }
  if (!rows->status().ok()) return rows->status();
  return hints;
}

absl::Status QuorumStore::RestoreOperations(quorum::Operations& operations) const {
  const auto found =
      engine_.Scan(kv::OperationKey(partition_, 0, 0), kv::OperationsEnd(partition_));
  for (; found->Valid(); found->Next()) {
    const auto [writer, sequence] = kv::OperationOf(found->key());
    if (sequence == 0) {
      quorum::Reader reader(found->value());
      const uint64_t below = reader.Varint();
      if (!reader.done()) return Damaged("what is forgotten of operations");
      writer == 0 ? operations.Forget(below) : operations.Settle(writer, below);
    } else if (found->value().empty()) {
      operations.Fence({writer, sequence});
    } else {
      auto row = quorum::DecodeRow(found->value());
      if (!row.ok()) return row.status();
      operations.Put(*std::move(row));
    }
  }
  return found->status();
}

absl::StatusOr<QuorumStore::Items> QuorumStore::Scan(const kv::Range& range,
                                                     uint64_t calendar_us) const {
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
