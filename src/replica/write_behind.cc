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

void WriteBehind::Put(std::string key, std::optional<quorum::Record> record) {
  bytes_ += key.size() + (record ? record->body.size() : 0);
  if (const auto place = places_.find(std::string_view(key)); place != places_.end()) {
    entries_[*place].record = std::move(record);
    return;
  }
  entries_.push_back({std::move(key), std::move(record)});
  places_.insert(static_cast<uint32_t>(entries_.size() - 1));
}

const std::optional<quorum::Record>* WriteBehind::Find(std::string_view key) const {
  const auto place = places_.find(key);
  return place == places_.end() ? nullptr : &entries_[*place].record;
}

std::vector<WriteBehind::Waiting> WriteBehind::Between(std::string_view start,
                                                       std::string_view end) const {
  std::vector<Waiting> waiting;
  for (const auto& [key, record] : entries_) {
    if (key >= start && (end.empty() || key < end)) waiting.push_back({key, !record});
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
  std::vector<std::pair<std::string_view, const std::optional<quorum::Record>*>> in_order;
  in_order.reserve(entries_.size());
  for (const auto& [key, record] : entries_) in_order.emplace_back(key, &record);
  std::sort(in_order.begin(), in_order.end());
  EngineBatch batch = std::exchange(rows_, EngineBatch());
  for (const auto& [key, record] : in_order) {
    std::string at = kv::RecordKey(partition_, key);
    if (*record) {
      batch.PutKey(at, EncodeRecord(key, **record));
    } else {
      batch.DeleteKey(at);
    }
  }
  places_.clear();
  // Idle partitions keep no room.
  entries_ = {};
  bytes_ = 0;
  waits_since_.reset();
  batch.PutKey(kv::AppliedKey(partition_), applied);
  return engine_.Write(batch);
}

}  // namespace quorate
