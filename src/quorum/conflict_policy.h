// What concurrent writes of one key mean, as its keyspace declares it. Bodies of
// records are the policy's own; all else here treats them as bytes.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "quorum/record.h"

namespace quorate::quorum {

class SeenClock;

// What a client asks to be done to one key.
struct Change {
  bool remove = false;
  uint64_t expires_at_us = 0;  // calendar; 0: never
  std::string argument;        // a value, or whatever the policy takes
  std::string context;         // of a read, where the policy wants one
  friend bool operator==(const Change&, const Change&) = default;
};

// Hears of values that a merge gave up without the winner's writer having known
// them: for the conflict journal.
class ConflictSink {
 public:
  virtual ~ConflictSink() = default;
  virtual void Discarded(std::string_view key, const Record& loser, const Record& winner) = 0;
};

// Stateless; any thread.
class ConflictPolicy {
 public:
  virtual ~ConflictPolicy() = default;

  // The record after `change` at its coordinator, where `current` (null: none)
  // stands. The write is named `dot` and is later than all of `current`; `seen`
  // is what this replica has seen in all. Errors say what the policy can't do;
  // nothing was done then.
  virtual absl::StatusOr<Record> Write(std::string_view key, const Record* current, Change change,
                                       Dot dot, HlcTime time, const SeenClock& seen) const = 0;

  // Commutative, associative and idempotent, byte for byte. The result's dot and
  // time are those of the newer (see Older). `seen`: by whoever holds `mine`; what
  // theirs has of that and mine has not was removed from mine.
  virtual Record Merge(std::string_view key, const Record& mine, const Record& theirs,
                       const SeenClock& seen, ConflictSink& sink) const = 0;

  // Drops from a record what it keeps only until every replica has seen it. Each
  // replica comes to the same bytes. nullopt: there is nothing to drop yet.
  virtual std::optional<Record> Forget(std::string_view key, const Record& record,
                                       const SeenClock& covered) const;

  // Whether Merge is nothing but the choice of the newer record, so that versions
  // alone tell which it will be. Then Write needs no `current`, and Forget does nothing.
  virtual bool NewestWins() const { return false; }

  // Of each writer its newest write in the record: who has seen these has merged
  // all that the record shows.
  virtual std::vector<Dot> NewestIn(const Record& record) const { return {record.dot}; }

  // Keys are written by rounds of ballots (register_coordinator.h), and whatever
  // brings a record obeys what its replica has promised.
  virtual bool ByRounds() const { return false; }

  // What `theirs`, of a copy that is no replica any more, has of writes that `seen` lacks:
  // each as a record of its own, whose body is a Change's argument (a register's: its
  // value), so that it can be written again one day. A tombstone's body is empty where a
  // removal needs no context, and else a Removal. `mine` (null: none): what the replica with
  // `seen` holds.
  virtual std::vector<Record> Lost(std::string_view key, const Record* mine, const Record& theirs,
                                   const SeenClock& seen) const;

  // All of `record` is in what a replica has merged that has seen `seen`: if it
  // holds nothing of the key, this was deleted there, and must not come back.
  virtual bool Outlived(const Record& record, const SeenClock& seen) const;
};

}  // namespace quorate::quorum
