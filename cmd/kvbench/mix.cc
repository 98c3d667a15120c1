#include "mix.h"

namespace quorate::bench {

MixOp Mix::Draw(Random& random) const {
  auto drawn = static_cast<uint32_t>(random.Below(100));
  const auto within = [&drawn](uint32_t share) {
    if (drawn < share) return true;
    drawn -= share;
    return false;
  };
  if (within(updates)) return MixOp::kUpdate;
  if (within(inserts)) return MixOp::kInsert;
  if (within(scans)) return MixOp::kScan;
  if (within(read_modify_writes)) return MixOp::kReadModifyWrite;
  return MixOp::kRead;
}

const std::vector<Mix>& Mixes() {
  static const std::vector<Mix> mixes = {
      {.name = 'A', .what = "half reads, half updates", .updates = 50},
      {.name = 'B', .what = "95 % reads, 5 % updates", .updates = 5},
      {.name = 'C', .what = "reads"},
      {.name = 'D',
       .what = "95 % reads of the latest, 5 % inserts",
       .inserts = 5,
       .distribution = Distribution::kLatest},
      {.name = 'E', .what = "95 % scans of up to 100 keys, 5 % inserts", .inserts = 5, .scans = 95},
      {.name = 'F',
       .what = "half reads, half reads with a write of what was read",
       .read_modify_writes = 50},
  };
  return mixes;
}

const Mix* FindMix(char name) {
  for (const Mix& mix : Mixes()) {
    if (mix.name == name) return &mix;
  }
  return nullptr;
}

}  // namespace quorate::bench
