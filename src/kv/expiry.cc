#include "kv/expiry.h"

#include <algorithm>
#include <utility>

#include "kv/layout.h"

namespace quorate::kv {
namespace {

uint64_t RoundUp(uint64_t moment_us) {
  const uint64_t over = moment_us % Expiry::kStepUs;
  if (over == 0) return moment_us;
  const uint64_t missing = Expiry::kStepUs - over;
  return moment_us > Expiry::kNever - missing ? Expiry::kNever : moment_us + missing;
}

}  // namespace

absl::Status Expiry::Load(const Engine& engine) {
  added_.clear();
  passed_us_ = 0;
  const auto it = engine.Scan(ExpiryKey(partition_, 0), ContentsEnd(partition_));
  next_us_ = it->Valid() ? ExpiryOf(it->key()) : kNever;
  return it->status();
}

void Expiry::Add(uint64_t expires_at_us) { added_.insert(RoundUp(expires_at_us)); }

absl::Status Expiry::Stage(uint64_t time_us, const Engine& engine, EngineBatch& batch) {
  uint64_t first_added = kNever;
  for (uint64_t moment : std::exchange(added_, {})) {
    if (moment <= time_us) continue;
    batch.PutKey(ExpiryKey(partition_, moment), {});
    first_added = std::min(first_added, moment);
  }
  if (time_us >= next_us_) {
    if (absl::Status passed = Pass(time_us, engine, batch); !passed.ok()) return passed;
  }
  next_us_ = std::min(next_us_, first_added);
  return absl::OkStatus();
}

absl::Status Expiry::Pass(uint64_t time_us, const Engine& engine, EngineBatch& batch) {
  next_us_ = kNever;
  const auto it = engine.Scan(ExpiryKey(partition_, passed_us_), ContentsEnd(partition_));
  for (; it->Valid(); it->Next()) {
    const uint64_t moment = ExpiryOf(it->key());
    if (moment > time_us) {
      next_us_ = moment;
      break;
    }
    batch.DeleteKey(it->key());
  }
  passed_us_ = time_us;
  return it->status();
}

}  // namespace quorate::kv
