#include "replica/restore.h"

#include <utility>

#include "base/error.h"

namespace quorate {
namespace {

// Zero: the log does not reach there.
Term TermInLog(const RecoveredGroup& log, LogIndex index) {
  if (index == log.base.index) return log.base.term;
  if (index < log.base.index) return Term();
  const uint64_t at = index - log.base.index - 1;
  return at < log.entries.size() ? log.entries[at].term : Term();
}

// Nothing is applied that is not in the log on disk.
absl::Status LostTail(const kv::AppliedState& applied, const RecoveredGroup* recovered) {
  const std::string log = recovered == nullptr
                              ? std::string("its log is not there")
                              : recovered->partition.ToString() + " has a log up to " +
                                    (recovered->base.index + recovered->entries.size()).ToString() +
                                    " without it";
  return MakeError(absl::StatusCode::kDataLoss, "LOG_TAIL_LOST",
                   "the state has applied entry " + applied.index.ToString() + " of " +
                       applied.term.ToString() + ", and " + log +
                       ": the disk has lost the log's end, with what this node had acknowledged. "
                       "Put the whole folder back, or leave this node stopped and keep what is "
                       "there: the others go on, and none is rebuilt from them yet");
}

}  // namespace

absl::StatusOr<RestorePlan> ComputeRestore(const kv::AppliedState& applied,
                                           RecoveredGroup* recovered,
                                           const raft::Configuration& initial) {
  RestorePlan plan;
  raft::Restored& restored = plan.restored;
  restored.applied = applied.index;
  restored.base.configuration = initial;
  if (!applied.configuration.empty()) {
    auto configuration = raft::DecodeConfiguration(applied.configuration);
    if (!configuration.ok()) return configuration.status();
    restored.base.configuration = *std::move(configuration);
  }
  if (recovered != nullptr) {
    restored.hard_state = recovered->hard_state;
    if (applied.index < recovered->base.index) {
      return MakeError(
          absl::StatusCode::kDataLoss, "STATE_BEHIND_LOG",
          "the state of " + recovered->partition.ToString() + " ends at " +
              applied.index.ToString() + " but its log begins behind " +
              recovered->base.index.ToString() +
              ": data/ was lost or is from another time. Leave this node stopped and keep its "
              "data folder: the others go on, and none is rebuilt from them yet");
    }
  }
  // Only a snapshot takes the state past its own log.
  const bool log_fits =
      recovered != nullptr
          ? TermInLog(*recovered, applied.index) == applied.term &&
                (applied.index != LogIndex() || recovered->base.index == LogIndex())
          : applied.index == LogIndex();
  if (log_fits) {
    if (recovered != nullptr) {
      restored.base.index = recovered->base.index;
      restored.base.term = recovered->base.term;
      restored.entries = std::move(recovered->entries);
    }
  } else if (applied.by_entries) {
    return LostTail(applied, recovered);
  } else {
    restored.base.index = applied.index;
    restored.base.term = applied.term;
    plan.reset_log = true;
  }
  // A vote leaves a replica only when it is durable, so none was given in a
  // term that the log has not heard of: that came with a snapshot.
  if (restored.hard_state.term < applied.term) restored.hard_state = {applied.term, NodeId()};
  return plan;
}

}  // namespace quorate
