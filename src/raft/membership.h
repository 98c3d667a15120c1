// Changes of membership: the configurations on the way, and which one is in
// force at each index of the log.
// Source: Ongaro's thesis, 4.3 (joint consensus), 4.1 (in force once appended).
#pragma once

#include <vector>

#include "absl/status/status.h"
#include "base/ids.h"
#include "base/log_entry.h"
#include "raft/configuration.h"

namespace quorate::raft {

// INVALID_ARGUMENT unless `change` names voters, and nobody twice.
absl::Status ValidateChange(const MembershipChange& change);

// What the log is to hold first on the way from `from` to `change`: joint,
// unless the voters stay the same.
Configuration ComputeEntered(const Configuration& from, const MembershipChange& change);
// Where a joint configuration leads.
Configuration ComputeLeft(const Configuration& joint);

// Follows the log: append, truncate and compact must be told.
class ConfigurationHistory {
 public:
  // `configuration` is in force at `index` (and for all that is known, before).
  ConfigurationHistory(LogIndex index, Configuration configuration)
      : steps_{{index, std::move(configuration)}} {}

  const Configuration& newest() const { return steps_.back().configuration; }
  // Where the newest was appended.
  LogIndex newest_index() const { return steps_.back().index; }
  // The oldest known where `index` lies before it.
  const Configuration& At(LogIndex index) const;

  // True if `node` votes in any configuration in force at `index` or later.
  bool IsVoterSince(LogIndex index, NodeId node) const;

  void Append(LogIndex index, Configuration configuration);
  // True if the newest changed.
  bool TruncateFrom(LogIndex from);
  void Compact(LogIndex index);
  // By a snapshot: only `configuration` is known now.
  void ResetTo(LogIndex index, Configuration configuration);

 private:
  struct Step {
    LogIndex index;
    Configuration configuration;
  };
  std::vector<Step> steps_;  // by index, never empty
};

}  // namespace quorate::raft
