// LoggedDots: the dot log of a leaderless partition: which key each dot concerns, until every
// replica is known to have seen it. That takes moments while all are there, so what
// is young is kept in memory alone: the node's log has it on disk, and is not let go
// before it. What has grown old goes into the engine.
//
// One thread. Errors of the engine are the caller's to keep.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/ids.h"
#include "quorum/seen_clock.h"
#include "quorum/store.h"
#include "replica/young_dots.h"
#include "storage/engine.h"

namespace quorate {

class LoggedDots {
 public:
  LoggedDots(PartitionId partition, Engine& engine) : partition_(partition), engine_(engine) {}

  // What the engine has of it. Once, before anything else. `young`: by YoungClock, as it
  // stood when the engine's state did.
  absl::Status Load(quorum::SeenClock young);

  // The log's entry at `index` has it.
  void Add(const quorum::Dot& dot, std::string_view key, LogIndex index);
  // Likewise a run of them: `keys` has one for each, behind its length.
  void AddRow(const quorum::Identity& identity, quorum::CounterRange range, std::string keys,
              LogIndex index);
  // Straight into the engine, with `batch`.
  void AddOld(const quorum::Dot& dot, const std::string& key, EngineBatch& batch);
  // Those are covered, as the entry at `index` says; what the engine has of them goes
  // with `batch`.
  void Drop(const quorum::SeenClock& dots, LogIndex index, EngineBatch& batch);

  // Those that the engine lacks: to be stored with the state, so that a log which has lost
  // its end can't lose them unnoticed.
  const quorum::SeenClock& YoungClock() const { return young_clock_; }
  // Young when the engine's state was written, and of those added since Load none.
  const quorum::SeenClock& lost() const { return lost_; }

  // Of that identity, rising, `limit` at most; appended.
  absl::Status Find(const quorum::Identity& identity, quorum::CounterRange range, size_t limit,
                    std::vector<quorum::LoggedDot>& out) const;
  // All that are in it.
  quorum::SeenClock All() const;

  // Called now and then: what was there at the last call goes into the engine.
  absl::Status Age(LogIndex applied);
  // All of entries up to `to` goes there.
  absl::Status MoveUpTo(LogIndex to);
  // The log must be kept from behind here on, where a crash would leave the engine
  // with all up to `durable`.
  absl::StatusOr<LogIndex> Releasable(LogIndex durable);

 private:
  // Those went into the engine with that number; all have an index of `lowest` or more.
  struct Move {
    uint64_t number = 0;
    LogIndex lowest;
  };
  // Likewise by the entry at `index`, which says that they are covered.
  struct Going {
    LogIndex index;
    LogIndex lowest;
  };

  // Of the young ones; of none, `none`.
  LogIndex LowestIndex(LogIndex none) const;

  const PartitionId partition_;
  Engine& engine_;
  std::map<quorum::Identity, YoungDots> young_;
  quorum::SeenClock young_clock_;
  quorum::SeenClock lost_;
  quorum::SeenClock old_;  // in the engine
  LogIndex aged_to_;
  uint64_t moves_ = 0;
  std::deque<Move> moving_;  // not known to be durable, nor these
  std::deque<Going> going_;
};

}  // namespace quorate
