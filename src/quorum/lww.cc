#include "quorum/lww.h"

#include <utility>

namespace quorate::quorum {

absl::StatusOr<Record> LastWriteWins::Write(std::string_view, const Record*, Change change, Dot dot,
                                            HlcTime time, const SeenClock&) const {
  Record record;
  record.dot = dot;
  record.time = time;
  record.tombstone = change.remove;
  if (!change.remove) {
    record.expires_at_us = change.expires_at_us;
    record.body = std::move(change.argument);
  }
  return record;
}

Record LastWriteWins::Merge(std::string_view key, const Record& mine, const Record& theirs,
                            const SeenClock&, ConflictSink& sink) const {
  const bool keep = !Older(mine, theirs);
  const Record& winner = keep ? mine : theirs;
  const Record& loser = keep ? theirs : mine;
  if (loser.dot.identity != winner.dot.identity) sink.Discarded(key, loser, winner);
  return winner;
}

}  // namespace quorate::quorum
