// What a core begins with besides records, dots and what is known.
#include <utility>

#include "kv/layout.h"
#include "quorum/bytes.h"
#include "replica/quorum_store.h"
#include "replica/record_damaged.h"

namespace quorate {

namespace {

absl::StatusOr<Epoch> EpochIn(const absl::StatusOr<std::optional<std::string>>& entered) {
  if (!entered.ok()) return entered.status();
  if (!*entered) return Epoch();
  quorum::Reader reader(**entered);
  const Epoch epoch(reader.Varint());
  if (!reader.done()) return RecordDamaged("the epoch of its members");
  return epoch;
}

}  // namespace

absl::StatusOr<Epoch> QuorumStore::Entered() const {
  return EpochIn(engine_.Get(kv::EnteredEpochKey(partition_)));
}

absl::StatusOr<Epoch> QuorumStore::EnteredDurably() const {
  return EpochIn(engine_.GetDurable(kv::EnteredEpochKey(partition_)));
}

absl::StatusOr<quorum::TakenHints> QuorumStore::RestoreHints() const {
  quorum::TakenHints hints;
  const auto rows =
      engine_.Scan(kv::TakenHintKey(partition_, NodeId()), kv::TakenHintsEnd(partition_));
  for (; rows->Valid(); rows->Next()) {
    quorum::Reader reader(rows->value());
    quorum::LastTaken& last = hints[kv::KeeperOf(rows->key())];
    last.number = reader.Varint();
    if (!reader.done()) last.life = Boot(reader.Varint());
    if (!reader.done()) return RecordDamaged("the last hint of a node");
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
      if (!reader.done()) return RecordDamaged("what is forgotten of operations");
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

}  // namespace quorate
