// What the engine holds of a leaderless partition, and how its core's effects
// change that: kv/layout.h says where it stands.
#pragma once

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "base/ids.h"
#include "base/payload.h"
#include "kv/command.h"
#include "quorum/conflict_policy.h"
#include "quorum/effect.h"
#include "quorum/store.h"
#include "replica/conflict_journal.h"
#include "replica/logged_dots.h"
#include "replica/write_behind.h"
#include "storage/engine.h"

namespace quorate {

// One thread. After an error of the engine it answers "nothing" and keeps it.
class QuorumStore final : public quorum::Store {
 public:
  // `joined`: in which this copy did; the engine may still have what one before it left.
  QuorumStore(PartitionId partition, Engine& engine, Epoch joined = {})
      : partition_(partition),
        engine_(engine),
        joined_(joined),
        behind_(partition, engine),
        dots_(partition, engine),
        journal_(partition, engine) {}

  // --- quorum::Store ---
  std::optional<quorum::Record> Lookup(std::string_view key) const override;
  void DotLog(const quorum::Identity& identity, quorum::CounterRange range, size_t limit,
              std::vector<quorum::LoggedDot>& out) const override;
  std::vector<std::string> Keys(std::string_view start, std::string_view end,
                                size_t limit) const override;

  // The first error met, which must stop the node.
  const absl::Status& status() const { return status_; }

  // Once, before anything else: up to where the log has been applied; zero: an empty
  // partition. The entries up to there that the log still has are to be recalled, those
  // behind to be applied, in their order.
  absl::StatusOr<LogIndex> Open();
  void Recall(absl::Span<const quorum::Effect> effects, LogIndex index);
  // Then, where a crash took the log's end though the engine had it already: of the
  // dots that only the log knew of, the records say what is left. May take long then.
  absl::Status RecallLost(const quorum::ConflictPolicy& policy);
  // The log is to begin anew behind `applied`: the engine alone has all up to there.
  absl::Status LeaveLog(LogIndex applied);
  // Up to here the log is not needed any more, whatever happens. Called now and then.
  absl::StatusOr<LogIndex> Releasable();
  // The entry at `index`, by its data: EncodeEffects. It may reach the engine later, together
  // with those behind it.
  absl::Status Apply(const Payload& data, LogIndex index);
  // Now and then: nothing waits for the engine for long.
  void Tick(absl::Duration now);
  const ConflictJournal& journal() const { return journal_; }
  // In the engine: the last epoch of its members in which this copy, or one before it,
  // took part.
  absl::StatusOr<Epoch> Entered() const;
  // For a core to begin with.
  absl::StatusOr<quorum::Restored> Restore() const;

  struct Item {
    std::string key;
    quorum::Record record;
  };
  // The living records of [start, end) in order, as kv::Range says; `bytes` of an
  // item are its key's and its body's.
  struct Items {
    std::vector<Item> items;
    bool more = false;
    std::vector<quorum::Record> dead;  // passed over
  };
  absl::StatusOr<Items> Scan(const kv::Range& range, uint64_t calendar_us) const;

 private:
  absl::Status CheckEmpty() const;
  absl::StatusOr<quorum::TakenHints> RestoreHints() const;
  absl::Status RestoreOperations(quorum::Operations& operations) const;
  absl::Status RecallRows(EngineBatch& batch);
  absl::Status Flush() const;
  std::optional<quorum::Record> Decode(std::string_view key, std::string_view bytes) const;
  void Keep(const absl::Status& status) const;

  absl::StatusOr<Epoch> EnteredDurably() const;

  const PartitionId partition_;
  Engine& engine_;
  const Epoch joined_;
  // What it holds belongs to the engine's state: flushed before that is looked at.
  mutable WriteBehind behind_;
  LogIndex applied_;
  mutable LogIndex flushed_;
  LoggedDots dots_;
  ConflictJournal journal_;
  mutable absl::Status status_;
};

// Several effects as the data of one entry.
Payload EncodeEffects(absl::Span<const quorum::Effect> effects);
absl::StatusOr<std::vector<quorum::Effect>> DecodeEffects(std::string_view bytes);

}  // namespace quorate
