#include "storage/memtable_runs.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace quorate {
namespace {

// Merged runs grow up to here: a fraction of a millisecond's work.
constexpr size_t kMergedEntriesMax = 4 * 1024;

uint64_t BigEndianAt(std::string_view key, size_t offset) {
  uint64_t number = 0;
  const size_t bytes = offset >= key.size() ? 0 : std::min(sizeof(number), key.size() - offset);
  if (bytes > 0) std::memcpy(&number, key.data() + offset, bytes);
  return __builtin_bswap64(number);
}

// Nothing else tells the processor where the entries of a run lie. So far ahead in each run, of
// which a flush reads some twenty by turns.
constexpr std::ptrdiff_t kFetchedAhead = 3;

bool BelongTogether(const MemtableRun& before, const MemtableRun& last) {
  return before.size() <= 2 * last.size() && before.size() + last.size() <= kMergedEntriesMax;
}

const SortedEntry* FirstFrom(const MemtableRun& run, const VersionedKey& key) {
  return std::lower_bound(
      run.data(), run.data() + run.size(), key,
      [](const SortedEntry& entry, const VersionedKey& sought) { return entry.IsBefore(sought); });
}

const SortedEntry* FirstBehind(const MemtableRun& run, const VersionedKey& key) {
  const SortedEntry* at = FirstFrom(run, key);
  while (at != run.data() + run.size() && !key.IsBefore(at->entry()->key())) ++at;
  return at;
}

}  // namespace

SortedEntry::SortedEntry(std::string_view key, const MemtableEntry* entry) : entry_(entry) {
  for (size_t i = 0; i < head_.size(); ++i) head_[i] = BigEndianAt(key, i * sizeof(uint64_t));
}

MemtableRun SortRun(absl::Span<const SortedEntry> entries) {
  MemtableRun run(entries.begin(), entries.end());
  std::sort(run.begin(), run.end());
  return run;
}

MemtableRuns WithRun(const MemtableRuns& runs, MemtableRun fresh) {
  MemtableRuns more = runs;
  while (!more.empty() && BelongTogether(*more.back(), fresh)) {
    MemtableRun merged;
    merged.reserve(more.back()->size() + fresh.size());
    std::merge(more.back()->begin(), more.back()->end(), fresh.begin(), fresh.end(),
               std::back_inserter(merged));
    fresh = std::move(merged);
    more.pop_back();
  }
  more.push_back(std::make_shared<const MemtableRun>(std::move(fresh)));
  return more;
}

MemtableCursor::MemtableCursor(std::shared_ptr<const MemtableRuns> runs) : runs_(std::move(runs)) {}

template <typename PlaceIn>
void MemtableCursor::Stand(const PlaceIn& place_in) {
  heap_.clear();
  for (const auto& run : *runs_) {
    const Place place{place_in(*run), run->data() + run->size()};
    if (place.at != place.end) heap_.push_back(place);
  }
  std::make_heap(heap_.begin(), heap_.end(), IsBehind);
}

void MemtableCursor::StandOn(const MemtableEntry* entry) {
  if (entry == nullptr) return heap_.clear();
  ToFirstFrom(entry->key());
}

// The last of what stands in any run before the bound that `bound_in` gives for it.
template <typename BoundIn>
const MemtableEntry* MemtableCursor::LastBefore(const BoundIn& bound_in) const {
  const SortedEntry* last = nullptr;
  for (const auto& run : *runs_) {
    const SortedEntry* bound = bound_in(*run);
    if (bound == run->data()) continue;
    if (last == nullptr || *last < bound[-1]) last = bound - 1;
  }
  return last == nullptr ? nullptr : last->entry();
}

void MemtableCursor::ToFirst() {
  Stand([](const MemtableRun& run) { return run.data(); });
}

void MemtableCursor::ToLast() {
  StandOn(LastBefore([](const MemtableRun& run) { return run.data() + run.size(); }));
}

void MemtableCursor::ToFirstFrom(const VersionedKey& key) {
  Stand([&](const MemtableRun& run) { return FirstFrom(run, key); });
}

void MemtableCursor::ToLastUpTo(const VersionedKey& key) {
  StandOn(LastBefore([&](const MemtableRun& run) { return FirstBehind(run, key); }));
}

void MemtableCursor::Next() {
  std::pop_heap(heap_.begin(), heap_.end(), IsBehind);
  Place& place = heap_.back();
  if (++place.at == place.end) return heap_.pop_back();
  if (place.end - place.at > kFetchedAhead) Prefetch(place.at[kFetchedAhead].entry());
  std::push_heap(heap_.begin(), heap_.end(), IsBehind);
}

void MemtableCursor::Previous() {
  const VersionedKey here = entry()->key();
  StandOn(LastBefore([&](const MemtableRun& run) { return FirstFrom(run, here); }));
}

}  // namespace quorate
