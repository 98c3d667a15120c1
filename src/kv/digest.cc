#include "kv/digest.h"

#include "base/hash.h"
#include "kv/layout.h"
#include "kv/record.h"
#include "kv/state_machine.h"
#include "kv/writers.h"

namespace quorate::kv {
namespace {

// Chained, so that order and borders count.
uint64_t Mix(uint64_t digest, std::string_view bytes) {
  return Hash64(bytes, Hash64(std::string_view(), digest + bytes.size()));
}

}  // namespace

absl::StatusOr<uint64_t> ComputeDigest(PartitionId partition, const Engine& engine) {
  const auto stored = engine.Get(AppliedKey(partition));
  if (!stored.ok()) return stored.status();
  AppliedState applied;
  if (stored->has_value()) {
    auto decoded = AppliedState::Decode(**stored);
    if (!decoded.ok()) return decoded.status();
    applied = *std::move(decoded);
  }
  Writers writers(partition);
  absl::Status loaded = writers.Load(engine, applied.busy_writers);
  if (!loaded.ok()) return loaded;
  applied.busy_writers.clear();
  applied.by_entries = false;
  applied.member_since = 0;
  // A newcomer does not know who the members are before it has come to where that is said.
  applied.configuration.clear();
  uint64_t digest = Mix(writers.Digest(), applied.Encode());
  const std::string writers_begin = WriterKey(partition, 0);
  const std::string writers_end = WritersEnd(partition);
  const auto it = engine.Scan(RecordKey(partition, {}), ContentsEnd(partition));
  for (; it->Valid(); it->Next()) {
    if (it->key() >= writers_begin && it->key() < writers_end) continue;
    if (IsRecord(it->key())) {
      const auto record = DecodeStored(UserKey(it->key()), it->value());
      if (!record.ok()) return record.status();
      // Whether it was dropped already is each replica's own business.
      if (record->ExpiredAt(applied.time_us)) continue;
    }
    digest = Mix(Mix(digest, it->key()), it->value());
  }
  if (!it->status().ok()) return it->status();
  return digest;
}

}  // namespace quorate::kv
