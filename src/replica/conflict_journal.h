// Writes that a replica gave up for concurrent ones, or that only a copy had which is no
// replica any more, so that a person can look at them and bring one back. The replica's own: it is
// in the engine beside the partition's state, written in the same batch as what it tells of, and no
// part of what replicas agree on.
//
// Bounded: the oldest go (limits::kConflictsKeptMax, kConflictBytesKeptMax).
// Numbers rise from 1 and are not used again.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "absl/status/statusor.h"
#include "base/ids.h"
#include "quorum/effect.h"
#include "storage/engine.h"

namespace quorate {

struct JournalEntry {
  uint64_t number = 0;
  quorum::Discard discard;
  friend bool operator==(const JournalEntry&, const JournalEntry&) = default;
};

// One thread, that of the replica.
class ConflictJournal {
 public:
  ConflictJournal(PartitionId partition, Engine& engine) : partition_(partition), engine_(engine) {}

  // Adds to a batch that is then written, or the node ends. What is in it stays as it is,
  // whoever gives it up once more.
  absl::Status Stage(const quorum::Discard& discard, EngineBatch& batch);

  // Newest first, at most `limit`; only those of `key`, unless that is empty.
  // DATA_LOSS where an entry is damaged.
  absl::StatusOr<std::vector<JournalEntry>> List(std::string_view key, size_t limit) const;
  // nullopt: it has gone, or never was.
  absl::StatusOr<std::optional<JournalEntry>> Find(uint64_t number) const;

 private:
  struct Entry {
    uint64_t number = 0;
    size_t bytes = 0;
    uint64_t mark = 0;  // the same for the same write
  };

  absl::Status Load();
  void Note(Entry entry);

  const PartitionId partition_;
  Engine& engine_;
  // What the engine holds, oldest first; read when the first is added.
  bool loaded_ = false;
  std::deque<Entry> entries_;
  absl::flat_hash_set<uint64_t> marks_;
  size_t bytes_ = 0;
  uint64_t next_number_ = 1;
};

}  // namespace quorate
