#include "leaders.h"

#include <algorithm>

#include "absl/time/clock.h"

namespace quorate::kvctl {
namespace {

bool AllKnowTheirLeader(const KeyspaceState& state) {
  size_t wanted = 0;
  for (const PartitionDescription& one : state.keyspace.partitions) wanted += one.replicas.size();
  const auto knows = [](const ReplicaDescription& one) { return one.leader != NodeId(); };
  return state.replicas.size() == wanted &&
         std::all_of(state.replicas.begin(), state.replicas.end(), knows);
}

}  // namespace

std::map<PartitionId, NodeId> LeadersOf(const std::vector<ReplicaDescription>& replicas) {
  std::map<PartitionId, NodeId> leaders;
  std::map<PartitionId, Term> terms;
  for (const ReplicaDescription& one : replicas) {
    if (one.role != "leader" || one.term < terms[one.partition]) continue;
    terms[one.partition] = one.term;
    leaders[one.partition] = one.node;
  }
  return leaders;
}

bool WaitForLeaders(Client& client, const std::string& keyspace, absl::Duration timeout) {
  const absl::Time deadline = absl::Now() + timeout;
  absl::Duration wait = absl::Milliseconds(10);
  while (absl::Now() < deadline) {
    const auto state = client.DescribeKeyspace(keyspace, {.deadline = deadline - absl::Now()});
    if (state.ok() && AllKnowTheirLeader(*state)) return true;
    // Nothing to wait on: an election tells nobody outside.
    absl::SleepFor(wait);
    wait = std::min(wait * 2, absl::Milliseconds(200));
  }
  return false;
}

}  // namespace quorate::kvctl
