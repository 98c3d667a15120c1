// A memtable's entries in order: a few sorted runs, each of which never changes, read
// together as one.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <vector>

#include "absl/types/span.h"
#include "storage/memtable_entry.h"

namespace quorate {

// An entry and the head of its key, which settles most comparisons without the entry's memory.
class SortedEntry {
 public:
  SortedEntry() = default;  // none
  explicit SortedEntry(const MemtableEntry* entry) : SortedEntry(entry->key().key, entry) {}

  const MemtableEntry* entry() const { return entry_; }
  bool operator<(const SortedEntry& other) const {
    for (size_t i = 0; i < head_.size(); ++i) {
      if (head_[i] != other.head_[i]) return head_[i] < other.head_[i];
    }
    return entry_->key().IsBefore(other.entry_->key());
  }
  bool IsBefore(const VersionedKey& key) const { return entry_->key().IsBefore(key); }

 private:
  SortedEntry(std::string_view key, const MemtableEntry* entry);

  // Big endian, zeros behind a short key's end.
  std::array<uint64_t, 3> head_;
  const MemtableEntry* entry_;
};

using MemtableRun = std::vector<SortedEntry>;
using MemtableRuns = std::vector<std::shared_ptr<const MemtableRun>>;

MemtableRun SortRun(absl::Span<const SortedEntry> entries);

// With one more; merges runs of like size, so that there are few, but none without bound,
// for somebody waits meanwhile.
MemtableRuns WithRun(const MemtableRuns& runs, MemtableRun fresh);

// Where a reader stands in all runs at once.
class MemtableCursor {
 public:
  explicit MemtableCursor(std::shared_ptr<const MemtableRuns> runs);

  bool Valid() const { return !heap_.empty(); }
  const MemtableEntry* entry() const { return heap_.front().at->entry(); }
  void ToFirst();
  void ToLast();
  void ToFirstFrom(const VersionedKey& key);  // the first that is not before `key`
  void ToLastUpTo(const VersionedKey& key);   // the last that `key` is not before
  void Next();
  void Previous();

 private:
  struct Place {
    const SortedEntry *at, *end;
  };
  static bool IsBehind(const Place& a, const Place& b) { return *b.at < *a.at; }

  template <typename PlaceIn>
  void Stand(const PlaceIn& place_in);
  void StandOn(const MemtableEntry* entry);  // nullptr: nowhere
  template <typename BoundIn>
  const MemtableEntry* LastBefore(const BoundIn& bound_in) const;

  std::shared_ptr<const MemtableRuns> runs_;
  std::vector<Place> heap_;  // the first in order on top; runs that are used up are not in it
};

}  // namespace quorate
