// Brings together, at start, what the state holds and what the log holds.
#pragma once

#include "absl/status/statusor.h"
#include "kv/state_machine.h"
#include "raft/raft.h"
#include "storage/log_batch.h"

namespace quorate {

struct RestorePlan {
  raft::Restored restored;
  // The log does not belong to the state (a snapshot was installed, then a
  // crash came before the log was told): it must restart at restored.base.
  bool reset_log = false;
};

// `recovered` null: the log knows nothing of the group. `initial`: the members
// of a group whose state is still empty. DATA_LOSS where the state is behind
// what the log still has, or ahead of what it has by more than a snapshot.
absl::StatusOr<RestorePlan> ComputeRestore(const kv::AppliedState& applied,
                                           RecoveredGroup* recovered,
                                           const raft::Configuration& initial);

}  // namespace quorate
