#include "converged.h"

#include <algorithm>
#include <map>

#include "base/strings.h"

namespace quorate::load {
namespace {

constexpr absl::Duration kDeadline = absl::Seconds(2);

std::string Names(const std::vector<NodeId>& nodes) {
  std::string names;
  for (NodeId one : nodes) StrAppend(&names, names.empty() ? "" : ", ", one.ToString());
  return names;
}

std::string Replica(const ReplicaDescription& one) {
  return StrCat("partition ", one.partition.ToString(), " at ", one.node.ToString());
}

// Mode raft: each replica has applied the newest entry that any of them has.
std::string BehindInLog(Client& client, const KeyspaceDescription& keyspace) {
  const auto state = client.DescribeKeyspace(keyspace.name, {.deadline = kDeadline});
  if (!state.ok()) return std::string(ToStd(state.status().message()));
  if (!state->unreachable.empty()) return StrCat(Names(state->unreachable), " did not answer");
  size_t wanted = 0;
  for (const PartitionDescription& one : state->keyspace.partitions) wanted += one.replicas.size();
  if (state->replicas.size() != wanted) {
    return StrCat(state->replicas.size(), " of ", wanted, " replicas answered");
  }
  std::map<PartitionId, LogIndex> newest;
  for (const ReplicaDescription& one : state->replicas) {
    newest[one.partition] = std::max(newest[one.partition], one.last_index);
  }
  for (const ReplicaDescription& one : state->replicas) {
    if (one.leader == NodeId()) return StrCat(Replica(one), " knows no leader");
    if (one.applied_index != newest[one.partition]) {
      return StrCat(Replica(one), " has applied ", one.applied_index.value(), " of ",
                    newest[one.partition].value());
    }
  }
  return "";
}

std::string BehindInWrites(Client& client, const KeyspaceDescription& keyspace) {
  const auto lag = client.Lag(keyspace.name, {.deadline = kDeadline});
  if (!lag.ok()) return std::string(ToStd(lag.status().message()));
  if (!lag->unreachable.empty()) return StrCat(Names(lag->unreachable), " did not answer");
  for (const BacklogDescription& one : lag->backlogs) {
    if (one.filled) continue;
    return StrCat("partition ", one.partition.ToString(), " at ", one.node.ToString(),
                  " is still being filled");
  }
  for (const LagDescription& one : lag->lags) {
    if (one.heard_of && one.writes == 0) continue;
    return StrCat("partition ", one.partition.ToString(), ": ", one.behind.ToString(),
                  " is not known to have ", one.writes, " writes of ", one.node.ToString());
  }
  return lag->nothing_behind() ? "" : "a replica still keeps writes for others";
}

}  // namespace

std::string WhatIsBehind(Client& client, const KeyspaceDescription& keyspace) {
  return keyspace.mode == Mode::kQuorum ? BehindInWrites(client, keyspace)
                                        : BehindInLog(client, keyspace);
}

}  // namespace quorate::load
