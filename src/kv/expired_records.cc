#include "kv/expired_records.h"

#include <algorithm>

#include "kv/layout.h"
#include "kv/record.h"

namespace quorate::kv {

bool ExpiredRecords::Drops(std::string_view key, std::string_view value) const {
  if (!IsRecord(key)) return false;
  const uint64_t expires_at_us = PeekExpiry(value);
  if (expires_at_us == 0) return false;
  absl::MutexLock lock(&mutex_);
  const auto it = times_.find(PartitionOf(key));
  if (it == times_.end()) return false;
  uint64_t oldest_us = it->second.durable_us;
  if (!it->second.held_us.empty()) oldest_us = std::min(oldest_us, *it->second.held_us.begin());
  return expires_at_us <= oldest_us;
}

void ExpiredRecords::SetDurable(PartitionId partition, uint64_t time_us) {
  absl::MutexLock lock(&mutex_);
  times_[partition].durable_us = time_us;
}

void ExpiredRecords::Forget(PartitionId partition) {
  absl::MutexLock lock(&mutex_);
  times_.erase(partition);
}

void ExpiredRecords::Clear() {
  absl::MutexLock lock(&mutex_);
  times_.clear();
}

void ExpiredRecords::Hold(PartitionId partition, uint64_t time_us) {
  absl::MutexLock lock(&mutex_);
  times_[partition].held_us.insert(time_us);
}

void ExpiredRecords::LetGo(PartitionId partition, uint64_t time_us) {
  absl::MutexLock lock(&mutex_);
  const auto it = times_.find(partition);
  if (it == times_.end()) return;
  const auto held = it->second.held_us.find(time_us);
  if (held != it->second.held_us.end()) it->second.held_us.erase(held);
}

}  // namespace quorate::kv
