#include "replica/write_behind.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "base/hash.h"
#include "kv/layout.h"

namespace quorate {
namespace {

// A restart does so many again, of each partition; beyond it order saves little.
constexpr size_t kRecordsMax = 2048;
constexpr size_t kBytesMax = 1 << 20;
constexpr size_t kRowsMax = 1024;
constexpr absl::Duration kWaitMax = absl::Milliseconds(500);

}  // namespace

size_t WriteBehind::KeyHash::operator()(std::string_view key) const { return Hash64(key); }

void WriteBehind::Put(std::string_view key, std::string_view record, Payload in) {
  bytes_ += key.size() + record.size();
  if (const auto place = places_.find(key); place != places_.end()) {
    // The key too: what it lay in may go.
    entries_[*place] = {key, record, std::move(in)};
    return;
  }
  entries_.push_back({key, record, std::move(in)});
  places_.insert(static_cast<uint32_t>(entries_.size() - 1));
}

void WriteBehind::Delete(std::string key) {
  const Payload in(std::move(key));
  Put(in.view(), {}, in);
}

std::optional<std::string_view> WriteBehind::Find(std::string_view key) const {
  const auto place = places_.find(key);
  return place == places_.end() ? std::nullopt : std::optional(entries_[*place].record);
}

std::vector<WriteBehind::Waiting> WriteBehind::Between(std::string_view start,
                                                       std::string_view end) const {
  std::vector<Waiting> waiting;
  for (const Entry& entry : entries_) {
    const bool among = entry.key >= start && (end.empty() || entry.key < end);
    if (among) waiting.push_back({entry.key, entry.record.empty()});
  }
  std::sort(waiting.begin(), waiting.end(),
            [](const Waiting& a, const Waiting& b) { return a.key < b.key; });
  return waiting;
}

bool WriteBehind::full() const {
  return entries_.size() >= kRecordsMax || bytes_ >= kBytesMax || rows_.steps().size() >= kRowsMax;
}

bool WriteBehind::Overdue(absl::Duration now) {
  if (empty()) return false;
  if (!waits_since_) waits_since_ = now;
  return now - *waits_since_ >= kWaitMax;
}

absl::Status WriteBehind::Flush(std::string applied) {
  places_.clear();
  // Idle partitions keep no room.
  std::vector<Entry> entries = std::exchange(entries_, {});
  std::sort(entries.begin(), entries.end(),
            [](const Entry& a, const Entry& b) { return a.key < b.key; });
  EngineBatch batch = std::exchange(rows_, EngineBatch());
  for (const auto& [key, record, in] : entries) {
    if (record.empty()) {
      batch.DeleteKey(kv::RecordKey(partition_, key));
      continue;
    }
    const EngineBatch::Room room = batch.PutRoom(kv::RecordKeyBytes(key), record.size());
    kv::WriteRecordKey(partition_, key, room.key);
    std::copy(record.begin(), record.end(), room.value);
  }
  bytes_ = 0;
  waits_since_.reset();
  batch.PutKey(kv::AppliedKey(partition_), applied);
  return engine_.Write(batch);
}

}  // namespace quorate
