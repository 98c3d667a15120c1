// How a read is to be answered, put together from its level, its options and
// the keyspace's default.
#pragma once

#include "absl/status/statusor.h"
#include "base/ladder.h"
#include "quorate/v1/kv.pb.h"
#include "ring/topology.h"

namespace quorate::rpc {

struct ReadPlan {
  Level level = Level::kDefault;  // never kDefault; a ladder's first
  absl::Duration bound;           // with BOUNDED
  Ladder ladder;                  // empty: only `level`
};

// INVALID_ARGUMENT: a level that is none or not of the keyspace's mode
// (LEVEL_UNSUPPORTED), a ladder or bound that makes no sense (BAD_LADDER,
// BAD_BOUND).
absl::StatusOr<ReadPlan> PlanRead(v1::Level level, const v1::ReadOptions& options,
                                  const ring::KeyspaceInfo& keyspace);

}  // namespace quorate::rpc
