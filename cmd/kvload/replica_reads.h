// What each replica holds, asked of each alone.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "client/admin_types.h"
#include "connections.h"
#include "prepare.h"
#include "request.h"

namespace quorate::load {

// One replica: a node, and what it has of the keys that it is a replica of, by their
// names in histories.
struct ReplicaRead {
  std::string node;
  std::map<std::string, Told> held;  // those without a value too
};

// Where every key of the job's history is, as the cluster's topology has it.
std::map<std::string, PartitionDescription> PartitionsOfKeys(const PreparedJob& job);

// Reads every key of the job's history at each of its replicas, at ONE. An error names
// the node, one that is no endpoint of the plan too.
absl::StatusOr<std::vector<ReplicaRead>> ReadReplicas(Connections& connections,
                                                      const PreparedJob& job);

// Reads every key at LINEARIZABLE: what is under way somewhere is completed by that.
absl::Status ReadThrough(Connections& connections, const PreparedJob& job);

// For people, a line for each key that differs; few of many.
std::vector<std::string> Differences(const std::vector<ReplicaRead>& replicas);

// Equal where replicas hold the same.
std::string TextOf(const Told& told);

}  // namespace quorate::load
