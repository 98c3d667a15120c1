// The state machine's answers: they change nothing.
#include <algorithm>
#include <utility>

#include "base/limits.h"
#include "kv/layout.h"
#include "kv/record.h"
#include "kv/state_machine.h"

namespace quorate::kv {
namespace {

template <class Integer>
Integer BoundOr(Integer asked, Integer most) {
  return asked == 0 ? most : std::min(asked, most);
}

}  // namespace

absl::StatusOr<std::optional<Record>> StateMachine::Get(std::string_view key) const {
  auto bytes = engine_.Get(RecordKey(partition_, key));
  if (!bytes.ok()) return bytes.status();
  return ToRecord(key, *std::move(bytes));
}

absl::StatusOr<std::vector<std::optional<Record>>> StateMachine::GetAll(
    absl::Span<const std::string> keys) const {
  std::vector<std::string> stored_keys;
  stored_keys.reserve(keys.size());
  for (const std::string& key : keys) stored_keys.push_back(RecordKey(partition_, key));
  auto found = engine_.GetAll(stored_keys);
  if (!found.ok()) return found.status();
  std::vector<std::optional<Record>> records;
  records.reserve(keys.size());
  for (size_t i = 0; i < keys.size(); ++i) {
    auto record = ToRecord(keys[i], std::move((*found)[i]));
    if (!record.ok()) return record.status();
    records.push_back(*std::move(record));
  }
  return records;
}

absl::StatusOr<std::optional<Record>> StateMachine::ToRecord(
    std::string_view key, std::optional<std::string> bytes) const {
  if (!bytes) return std::nullopt;
  const auto stored = DecodeStored(key, *bytes);
  if (!stored.ok()) return stored.status();
  if (stored->ExpiredAt(applied_.time_us)) return std::nullopt;
  // The value is their end.
  const size_t ahead = bytes->size() - stored->value.size();
  Record record{std::string(key), *std::move(bytes), stored->version, stored->expires_at_us};
  record.value.erase(0, ahead);
  return record;
}

absl::StatusOr<Page> StateMachine::Scan(const Range& range) const {
  Page page;
  if (!range.end.empty() && range.start >= range.end) return page;
  const uint32_t limit = BoundOr(range.limit, limits::kScanRecordsMax);
  const uint64_t bytes_max = BoundOr(range.bytes_max, limits::kScanBytesMax);
  const std::string begin = RecordKey(partition_, range.start);
  const std::string end =
      range.end.empty() ? RecordsEnd(partition_) : RecordKey(partition_, range.end);
  const auto it = engine_.Scan(begin, end);
  uint64_t bytes = 0;
  for (; it->Valid(); it->Next()) {
    page.more = page.records.size() >= limit || bytes >= bytes_max;
    if (page.more) break;
    const std::string_view key = UserKey(it->key());
    const auto stored = DecodeStored(key, it->value());
    if (!stored.ok()) return stored.status();
    if (stored->ExpiredAt(applied_.time_us)) continue;
    const std::string_view value = range.keys_only ? std::string_view() : stored->value;
    bytes += key.size() + value.size();
    page.records.push_back(
        {std::string(key), std::string(value), stored->version, stored->expires_at_us});
  }
  if (!it->status().ok()) return it->status();
  return page;
}

}  // namespace quorate::kv
