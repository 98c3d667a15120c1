// Last write wins: the greater time-stamp, then identity, then counter.
#pragma once

#include "quorum/conflict_policy.h"

namespace quorate::quorum {

class LastWriteWins final : public ConflictPolicy {
 public:
  absl::StatusOr<Record> Write(std::string_view key, const Record* current, Change change, Dot dot,
                               HlcTime time, const SeenClock& seen) const override;
  // Two writes of one identity are never concurrent, so the older isn't told of.
  Record Merge(std::string_view key, const Record& mine, const Record& theirs,
               const SeenClock& seen, ConflictSink& sink) const override;
  bool NewestWins() const override { return true; }
};

}  // namespace quorate::quorum
