// The conflict policies that lose nothing to concurrency, for whoever treats
// records as bytes (conflict_policy.h). What they mean is told where their bodies
// are: siblings.h, counter.h, observed_set.h, field_map.h.
//
// A dead record keeps its body: it holds what was seen, which a merge needs.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "base/limits.h"
#include "quorum/conflict_policy.h"

namespace quorate::quorum {

struct PolicyOptions {
  // See SealContext.
  std::string scope;
  size_t siblings_max = 16;
  // Of all that a key holds, where a write adds to it. Merges may go over, so
  // several times as much must still fit a message.
  size_t bytes_max = limits::kMergedBytesMax;
  bool remove_unseen = false;  // the deliberate fault, see Bugs
};

// change.argument is the value; change.context what is replaced or, with `remove`,
// removed. Its errors: CONTEXT_NEEDED, SIBLINGS_FULL, those of OpenContext.
class SiblingsPolicy final : public ConflictPolicy {
 public:
  explicit SiblingsPolicy(PolicyOptions options) : options_(std::move(options)) {}
  absl::StatusOr<Record> Write(std::string_view key, const Record* current, Change change, Dot dot,
                               HlcTime time, const SeenClock& seen) const override;
  Record Merge(std::string_view key, const Record& mine, const Record& theirs,
               const SeenClock& seen, ConflictSink& sink) const override;
  std::optional<Record> Forget(std::string_view key, const Record& record,
                               const SeenClock& covered) const override;
  std::vector<Dot> NewestIn(const Record& record) const override;
  bool Outlived(const Record& record, const SeenClock& seen) const override;
  std::vector<Record> Lost(std::string_view key, const Record* mine, const Record& theirs,
                           const SeenClock& seen) const override;

 private:
  PolicyOptions options_;
};

// change.argument is a CounterOp. Cannot be removed nor expire:
// COUNTER_NOT_REMOVABLE.
class CounterPolicy final : public ConflictPolicy {
 public:
  // Deliberate faults: `merge_by_adding`, see Bugs; `fold_early`: earlier boots' entries
  // are folded though they may not have ended.
  explicit CounterPolicy(bool merge_by_adding = false, bool fold_early = false)
      : merge_by_adding_(merge_by_adding), fold_early_(fold_early) {}
  absl::StatusOr<Record> Write(std::string_view key, const Record* current, Change change, Dot dot,
                               HlcTime time, const SeenClock& seen) const override;
  Record Merge(std::string_view key, const Record& mine, const Record& theirs,
               const SeenClock& seen, ConflictSink& sink) const override;
  std::vector<Dot> NewestIn(const Record& record) const override;
  bool Outlived(const Record& record, const SeenClock& seen) const override;
  std::vector<Record> Lost(std::string_view key, const Record* mine, const Record& theirs,
                           const SeenClock& seen) const override;

 private:
  const bool merge_by_adding_;
  const bool fold_early_;
};

// change.argument is a SetOp, or nothing where the whole set is to be removed.
// Removing needs a context that the replica covers: CONTEXT_NEEDED, CONTEXT_AHEAD,
// those of OpenContext. Cannot expire: EXPIRY_NOT_SUPPORTED. COLLECTION_FULL.
class SetPolicy final : public ConflictPolicy {
 public:
  explicit SetPolicy(PolicyOptions options) : options_(std::move(options)) {}
  absl::StatusOr<Record> Write(std::string_view key, const Record* current, Change change, Dot dot,
                               HlcTime time, const SeenClock& seen) const override;
  Record Merge(std::string_view key, const Record& mine, const Record& theirs,
               const SeenClock& seen, ConflictSink& sink) const override;
  std::optional<Record> Forget(std::string_view key, const Record& record,
                               const SeenClock& covered) const override;
  std::vector<Dot> NewestIn(const Record& record) const override;
  bool Outlived(const Record& record, const SeenClock& seen) const override;
  std::vector<Record> Lost(std::string_view key, const Record* mine, const Record& theirs,
                           const SeenClock& seen) const override;

 private:
  PolicyOptions options_;
};

// Likewise with a MapOp; and COUNTER_NOT_REMOVABLE.
class MapPolicy final : public ConflictPolicy {
 public:
  explicit MapPolicy(PolicyOptions options) : options_(std::move(options)) {}
  absl::StatusOr<Record> Write(std::string_view key, const Record* current, Change change, Dot dot,
                               HlcTime time, const SeenClock& seen) const override;
  Record Merge(std::string_view key, const Record& mine, const Record& theirs,
               const SeenClock& seen, ConflictSink& sink) const override;
  std::optional<Record> Forget(std::string_view key, const Record& record,
                               const SeenClock& covered) const override;
  std::vector<Dot> NewestIn(const Record& record) const override;
  bool Outlived(const Record& record, const SeenClock& seen) const override;
  std::vector<Record> Lost(std::string_view key, const Record* mine, const Record& theirs,
                           const SeenClock& seen) const override;

 private:
  PolicyOptions options_;
};

}  // namespace quorate::quorum
