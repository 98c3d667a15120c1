#include "replica/conflict_journal.h"

#include <utility>

#include "base/error.h"
#include "base/hash.h"
#include "base/limits.h"
#include "kv/layout.h"
#include "quorum/bytes.h"

namespace quorate {
namespace {

// An entry is the effect that made it, as the log has it.
absl::StatusOr<JournalEntry> Decode(std::string_view stored_key, std::string_view value) {
  auto effect = quorum::DecodeEffect(value);
  if (!effect.ok()) return effect.status();
  auto* discard = std::get_if<quorum::Discard>(&*effect);
  if (discard == nullptr) {
    return MakeError(
        absl::StatusCode::kDataLoss, "RECORD_DAMAGED",
        "an entry of a conflict journal is none: the state on this disk is damaged; "
        "leave this node stopped and keep its data folder: the others go on, and none is "
        "rebuilt from them yet");
  }
  return JournalEntry{kv::DiscardOf(stored_key), std::move(*discard)};
}

// Which write it is that was given up, whoever did so.
uint64_t MarkOf(const quorum::Discard& discard) {
  std::string bytes;
  quorum::AppendSized(discard.key, bytes);
  return Hash64(bytes + quorum::EncodeRecord(discard.key, discard.loser));
}

}  // namespace

absl::Status ConflictJournal::Load() {
  if (std::exchange(loaded_, true)) return absl::OkStatus();
  const auto all = engine_.Scan(kv::DiscardKey(partition_, 0), kv::DiscardsEnd(partition_));
  for (; all->Valid(); all->Next()) {
    const auto entry = Decode(all->key(), all->value());
    if (!entry.ok()) return entry.status();
    Note({entry->number, all->value().size(), MarkOf(entry->discard)});
  }
  if (!entries_.empty()) next_number_ = entries_.back().number + 1;
  return all->status();
}

void ConflictJournal::Note(Entry entry) {
  bytes_ += entry.bytes;
  marks_.insert(entry.mark);
  entries_.push_back(entry);
}

absl::Status ConflictJournal::Stage(const quorum::Discard& discard, EngineBatch& batch) {
  if (absl::Status loaded = Load(); !loaded.ok()) return loaded;
  const uint64_t mark = MarkOf(discard);
  if (marks_.contains(mark)) return absl::OkStatus();
  std::string bytes = quorum::EncodeEffect(discard);
  Note({next_number_++, bytes.size(), mark});
  batch.PutKey(kv::DiscardKey(partition_, entries_.back().number), bytes);
  while (entries_.size() > 1 &&
         (entries_.size() > limits::kConflictsKeptMax || bytes_ > limits::kConflictBytesKeptMax)) {
    batch.DeleteKey(kv::DiscardKey(partition_, entries_.front().number));
    bytes_ -= entries_.front().bytes;
    marks_.erase(entries_.front().mark);
    entries_.pop_front();
  }
  return absl::OkStatus();
}

absl::StatusOr<std::vector<JournalEntry>> ConflictJournal::List(std::string_view key,
                                                                size_t limit) const {
  std::deque<JournalEntry> newest;
  const auto all = engine_.Scan(kv::DiscardKey(partition_, 0), kv::DiscardsEnd(partition_));
  for (; all->Valid(); all->Next()) {
    auto entry = Decode(all->key(), all->value());
    if (!entry.ok()) return entry.status();
    if (!key.empty() && entry->discard.key != key) continue;
    newest.push_front(*std::move(entry));
    if (newest.size() > limit) newest.pop_back();
  }
  if (!all->status().ok()) return all->status();
  return std::vector<JournalEntry>(std::make_move_iterator(newest.begin()),
                                   std::make_move_iterator(newest.end()));
}

absl::StatusOr<std::optional<JournalEntry>> ConflictJournal::Find(uint64_t number) const {
  const std::string at = kv::DiscardKey(partition_, number);
  const auto stored = engine_.Get(at);
  if (!stored.ok()) return stored.status();
  if (!*stored) return std::nullopt;
  auto entry = Decode(at, **stored);
  if (!entry.ok()) return entry.status();
  return *std::move(entry);
}

}  // namespace quorate
