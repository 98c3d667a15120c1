// The contestants and goals of docs/performance.md.
#pragma once

#include "disk_yardstick.h"
#include "peers.h"
#include "suite.h"
#include "target.h"
#include "tcp_yardstick.h"

namespace quorate::bench {

// What is loaded. All of it outlives the contestants.
struct Field {
  Target& cluster;     // a keyspace of mode raft
  Target& one_group;   // of one partition, in the same cluster
  Target& leaderless;  // of mode quorum, likewise
  Target& echo;
  TcpYardstick& tcp;
  DiskYardstick& disk;
  const Meter* of_cluster = nullptr;  // null: nobody knows its processes
  const Meter* of_echo = nullptr;
  const Meter* of_machine = nullptr;  // of the yardsticks that are in this process
  EtcdPeer* etcd = nullptr;           // null: it is not there
  const RedisPeer* redis = nullptr;   // likewise
};

Lineup StandardLineup(const Field& field);

}  // namespace quorate::bench
