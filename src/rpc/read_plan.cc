#include "rpc/read_plan.h"

#include <algorithm>
#include <utility>

#include "base/error.h"
#include "base/ladder_codec.h"
#include "base/strings.h"
#include "ring/keyspace_rules.h"
#include "rpc/convert.h"

namespace quorate::rpc {
namespace {

absl::StatusOr<Level> ResolvedLevel(Level asked, const ring::KeyspaceInfo& keyspace) {
  const Level resolved = asked == Level::kDefault ? keyspace.default_read : asked;
  if (absl::Status s = ring::CheckRead(keyspace, resolved); !s.ok()) return s;
  return resolved;
}

absl::StatusOr<Ladder> LadderOf(const v1::ReadOptions& options,
                                const ring::KeyspaceInfo& keyspace) {
  auto ladder = DecodeLadder(options.ladder());
  if (!ladder.ok()) return ladder.status();
  for (Rung& rung : *ladder) {
    const absl::StatusOr<Level> level = ResolvedLevel(rung.level, keyspace);
    if (!level.ok()) return level.status();
    rung.level = *level;
  }
  return ladder;
}

}  // namespace

absl::StatusOr<ReadPlan> PlanRead(v1::Level level, const v1::ReadOptions& options,
                                  const ring::KeyspaceInfo& keyspace) {
  ReadPlan plan;
  const bool names_none =
      options.ladder().empty() && level == v1::LEVEL_UNSPECIFIED && options.bound_us() == 0;
  if (names_none && !keyspace.default_ladder.empty()) {
    plan.ladder = keyspace.default_ladder;
    plan.level = plan.ladder.front().level;
    return plan;
  }
  if (options.ladder().empty()) {
    const absl::StatusOr<Level> asked = LevelOf(level);
    if (!asked.ok()) return asked.status();
    const absl::StatusOr<Level> resolved = ResolvedLevel(*asked, keyspace);
    if (!resolved.ok()) return resolved.status();
    plan.level = *resolved;
    plan.bound = MicrosOnWire(options.bound_us());
    // Checked as the ladder of one rung that it is.
    if (absl::Status s = CheckLadder({{plan.level, plan.bound}}); !s.ok()) return s;
    return plan;
  }
  if (level != v1::LEVEL_UNSPECIFIED || options.bound_us() != 0) {
    return MakeError(absl::StatusCode::kInvalidArgument, "BAD_LADDER",
                     "a read names a level or a ladder, not both");
  }
  auto ladder = LadderOf(options, keyspace);
  if (!ladder.ok()) return ladder.status();
  if (absl::Status s = CheckLadder(*ladder); !s.ok()) return s;
  plan.level = ladder->front().level;
  plan.ladder = *std::move(ladder);
  return plan;
}

}  // namespace quorate::rpc
