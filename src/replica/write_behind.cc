#include "replica/write_behind.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "base/strings.h"
#include "kv/layout.h"

namespace quorate {
namespace {

// A restart does so many again, of each partition; beyond it order saves little.
constexpr size_t kRecordsMax = 2048;
constexpr size_t kBytesMax = 1 << 20;
constexpr size_t kRowsMax = 1024;
constexpr absl::Duration kWaitMax = absl::Milliseconds(500);

}  // namespace

void WriteBehind::Put(std::string_view key, std::string_view record, const Payload& in) {
  bytes_ += key.size() + record.size();
  if (in_.empty() || in_.back().view().data() != in.view().data()) in_.push_back(in);
  entries_.push_back({key, record});
}

void WriteBehind::Delete(std::string key) {
  const Payload in(std::move(key));
  Put(in.view(), {}, in);
}

void WriteBehind::Index() const {
  for (; indexed_ < entries_.size(); ++indexed_) {
    places_[ToAbsl(entries_[indexed_].key)] = indexed_;
  }
}

std::optional<std::string_view> WriteBehind::Find(std::string_view key) const {
  Index();
  const auto place = places_.find(ToAbsl(key));
  return place == places_.end() ? std::nullopt : std::optional(entries_[place->second].record);
}

std::vector<WriteBehind::Waiting> WriteBehind::Between(std::string_view start,
                                                       std::string_view end) const {
  Index();
  std::vector<Waiting> waiting;
  for (const auto& [key, place] : places_) {
    const Entry& entry = entries_[place];
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
  // Idle partitions keep no room.
  const std::vector<Entry> entries = std::exchange(entries_, {});
  const std::vector<Payload> in = std::exchange(in_, {});
  places_ = {};
  indexed_ = 0;
  EngineBatch batch = std::exchange(rows_, EngineBatch());
  for (const auto& [key, record] : entries) {
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
