#include "quorum/counter.h"

#include <algorithm>
#include <limits>
#include <map>

#include "base/error.h"
#include "base/strings.h"
#include "quorum/body_codec.h"

namespace quorate::quorum {
namespace {

__extension__ typedef __int128 Wide;

constexpr size_t kEntryBytesMin = 6;

absl::Status Overflow(std::string_view what) {
  return MakeError(absl::StatusCode::kOutOfRange, "COUNTER_OVERFLOW",
                   StrCat(what,
                          " leaves the range of a 64-bit number; take something away, or "
                          "count in another key"));
}

Wide Sum(const std::vector<Counter::Entry>& entries) {
  Wide sum = 0;
  for (const Counter::Entry& entry : entries) {
    sum += static_cast<Wide>(entry.added) - static_cast<Wide>(entry.taken);
  }
  return sum;
}

bool Fits(Wide sum) {
  return sum >= std::numeric_limits<int64_t>::min() && sum <= std::numeric_limits<int64_t>::max();
}

// Drops the entries that another of their node's has folded.
void DropFolded(std::vector<Counter::Entry>& entries) {
  std::map<NodeId, Boot> folded;
  for (const Counter::Entry& entry : entries) {
    Boot& boot = folded[entry.dot.identity.node];
    boot = std::max(boot, entry.folded);
  }
  std::erase_if(entries, [&](const Counter::Entry& entry) {
    return entry.dot.identity.boot <= folded[entry.dot.identity.node];
  });
}

}  // namespace

Counter::Entry& Counter::Of(const Identity& identity) {
  const auto at = std::lower_bound(
      entries_.begin(), entries_.end(), identity,
      [](const Entry& entry, const Identity& wanted) { return entry.dot.identity < wanted; });
  if (at != entries_.end() && at->dot.identity == identity) return *at;
  return *entries_.insert(at, Entry{{identity, 0}, 0, 0, {}});
}

absl::Status Counter::Add(const Dot& dot, int64_t delta) {
  if (!Fits(Sum(entries_) + delta)) return Overflow(StrCat("adding ", delta));
  const uint64_t amount =
      delta < 0 ? uint64_t{0} - static_cast<uint64_t>(delta) : static_cast<uint64_t>(delta);
  Entry& entry = Of(dot.identity);
  uint64_t& total = delta < 0 ? entry.taken : entry.added;
  if (__builtin_add_overflow(total, amount, &total)) {
    total -= amount;
    return Overflow(StrCat("what this replica counted, and ", delta));
  }
  entry.dot = dot;
  return absl::OkStatus();
}

void Counter::Merge(const Counter& other) {
  for (const Entry& theirs : other.entries_) {
    Entry& mine = Of(theirs.dot.identity);
    if (theirs.dot.counter > mine.dot.counter) mine = theirs;
  }
  DropFolded(entries_);
}

absl::StatusOr<int64_t> Counter::Value() const {
  const Wide sum = Sum(entries_);
  if (!Fits(sum)) return Overflow("what was added at once");
  return static_cast<int64_t>(sum);
}

bool Counter::FoldEnded(const Dot& dot) {
  Entry sum{dot, 0, 0, {}};
  for (const Entry& entry : entries_) {
    const Identity& identity = entry.dot.identity;
    if (identity.node != dot.identity.node || identity.boot >= dot.identity.boot) continue;
    if (__builtin_add_overflow(sum.added, entry.added, &sum.added) ||
        __builtin_add_overflow(sum.taken, entry.taken, &sum.taken)) {
      return false;
    }
    sum.folded = identity.boot;
  }
  if (!sum.folded) return false;
  Entry& own = Of(dot.identity);
  uint64_t total = 0;
  if (__builtin_add_overflow(own.added, sum.added, &total) ||
      __builtin_add_overflow(own.taken, sum.taken, &total)) {
    return false;
  }
  own.added += sum.added;
  own.taken += sum.taken;
  own.folded = sum.folded;
  own.dot = dot;
  DropFolded(entries_);
  return true;
}

void Counter::Append(std::string& out) const {
  AppendVarint(entries_.size(), out);
  for (const Entry& entry : entries_) {
    AppendDot(entry.dot, out);
    AppendVarint(entry.added, out);
    AppendVarint(entry.taken, out);
    AppendVarint(entry.folded.value(), out);
  }
}

Counter Counter::Read(Reader& reader) {
  Counter counter;
  for (uint64_t left = reader.Count(kEntryBytesMin); left > 0 && reader.ok(); --left) {
    Entry entry;
    entry.dot = reader.Dot();
    entry.added = reader.Varint();
    entry.taken = reader.Varint();
    entry.folded = Boot(reader.Varint());
    const bool rises =
        counter.entries_.empty() || counter.entries_.back().dot.identity < entry.dot.identity;
    if (!entry.dot || !rises || entry.folded >= entry.dot.identity.boot) reader.Spoil();
    counter.entries_.push_back(entry);
  }
  return counter;
}

std::string Counter::Encode() const {
  std::string out = BeginBody(BodyKind::kCounter);
  Append(out);
  return out;
}

absl::StatusOr<Counter> Counter::Decode(std::string_view bytes) {
  absl::StatusOr<std::string_view> opened = OpenBody(BodyKind::kCounter, bytes);
  if (!opened.ok()) return opened.status();
  Reader reader(*opened);
  Counter counter = Read(reader);
  if (!reader.done()) return BodyDamaged(BodyKind::kCounter, "does not read to its end");
  return counter;
}

}  // namespace quorate::quorum
