// The contestants and goals of docs/performance.md.
#pragma once

#include <vector>

#include "peers.h"
#include "suite.h"
#include "target.h"

namespace quorate::bench {

// What is loaded. All of it outlives the contestants.
struct Field {
  Target& cluster;     // a keyspace of mode raft
  Target& leaderless;  // one of mode quorum, in the same cluster
  Target& echo;
  const Meter* of_cluster = nullptr;  // null: nobody knows its processes
  const Meter* of_echo = nullptr;
  EtcdPeer* etcd = nullptr;          // null: it is not there
  const RedisPeer* redis = nullptr;  // likewise
};

std::vector<Contestant> StandardContestants(const Field& field);
// Of those contestants.
std::vector<Ratio> StandardRatios(const Field& field);

}  // namespace quorate::bench
