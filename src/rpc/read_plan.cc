#include "rpc/read_plan.h"

#include <algorithm>
#include <utility>

#include "base/error.h"
#include "base/strings.h"
#include "ring/keyspace_rules.h"
#include "rpc/convert.h"

namespace quorate::rpc {
namespace {

absl::StatusOr<Level> ResolvedLevel(v1::Level level, const ring::KeyspaceInfo& keyspace) {
  const absl::StatusOr<Level> asked = LevelOf(level);
  if (!asked.ok()) return asked.status();
  const Level resolved = *asked == Level::kDefault ? keyspace.default_read : *asked;
  if (absl::Status s = ring::CheckRead(keyspace, resolved); !s.ok()) return s;
  return resolved;
}

// What no one could mean is told as it is by CheckLadder.
absl::Duration Micros(uint64_t value) {
  constexpr uint64_t kMostUs = uint64_t{1} << 40;
  return absl::Microseconds(std::min(value, kMostUs));
}

absl::StatusOr<Ladder> LadderOf(const v1::ReadOptions& options,
                                const ring::KeyspaceInfo& keyspace) {
  Ladder ladder;
  for (const v1::Rung& rung : options.ladder()) {
    const absl::StatusOr<Level> level = ResolvedLevel(rung.level(), keyspace);
    if (!level.ok()) return level.status();
    const bool endless = rung.budget_us() == 0;
    ladder.push_back({*level, Micros(rung.bound_us()),
                      endless ? absl::InfiniteDuration() : Micros(rung.budget_us())});
  }
  return ladder;
}

}  // namespace

absl::StatusOr<ReadPlan> PlanRead(v1::Level level, const v1::ReadOptions& options,
                                  const ring::KeyspaceInfo& keyspace, std::string_view cluster_id) {
  ReadPlan plan;
  auto session = SessionToken::Decode(options.session(), cluster_id);
  if (!session.ok()) return session.status();
  plan.session = *std::move(session);
  if (options.ladder().empty()) {
    const absl::StatusOr<Level> resolved = ResolvedLevel(level, keyspace);
    if (!resolved.ok()) return resolved.status();
    plan.level = *resolved;
    plan.bound = Micros(options.bound_us());
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
