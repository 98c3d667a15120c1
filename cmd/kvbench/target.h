// What is loaded: the nodes of a cluster and the keys each of them leads, or a
// bare echo server that takes every key.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "client/writer_pool.h"
#include "quorate/v1/kv.grpc.pb.h"
#include "view.h"

namespace quorate::bench {

struct Member {
  std::string address;
  std::unique_ptr<v1::Kv::Stub> stub;
  std::vector<std::string> keys;  // whose partitions this member leads, or is the first replica of
};

struct Target {
  std::string keyspace;
  std::string value;
  std::vector<Member> members;
  size_t arcs = 0;
  bool has_writers = false;                              // its keyspace is of mode raft
  std::vector<std::unique_ptr<client::Writer>> writers;  // one for each arc; of mode raft

  client::Writer& WriterOf(const std::string& key) const;
  // The member that leads key number n, and the key.
  std::pair<Member*, const std::string*> Pick(uint64_t random);
};

struct TargetOptions {
  KeyspaceOptions keyspace;
  uint64_t keys = 20'000;
  size_t value_bytes = 256;
};

// Makes the keyspace if there is none, finds out who leads what, and writes
// every key once.
absl::StatusOr<Target> PrepareCluster(const std::string& endpoint, const TargetOptions& options);
// Likewise, but nothing is written, and there are no writers.
absl::StatusOr<Target> DescribeTarget(const std::string& endpoint, const TargetOptions& options);
Target EchoTarget(const std::string& address, size_t value_bytes);

}  // namespace quorate::bench
