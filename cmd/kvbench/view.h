// What a cluster says about a keyspace: who leads, who is behind.
#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "absl/status/statusor.h"
#include "quorate/v1/admin.grpc.pb.h"

namespace quorate::bench {

struct KeyspaceOptions {
  std::string keyspace = "kvbench";
  uint32_t replicas = 0;  // 0: the server's default
  uint32_t partitions = 0;
  v1::Conflict conflict = v1::CONFLICT_UNSPECIFIED;  // with one: of mode quorum
};

// OK also if there is one of that name.
absl::Status MakeKeyspace(v1::Admin::Stub& admin, const KeyspaceOptions& options);

class View {
 public:
  explicit View(v1::DescribeKeyspaceResponse described);

  const v1::Keyspace& keyspace() const { return described_.keyspace(); }
  // Node id by partition id, of those that are led. Without leaders: the first
  // of its replicas.
  const std::map<uint64_t, uint64_t>& leaders() const { return leaders_; }
  // Or, without leaders, all replicas are there.
  bool EachIsLed() const;
  bool EachIsLedByThePreferred() const;
  // The node's replicas all answer, and have applied all that anyone knows to
  // be committed.
  bool CaughtUp(uint64_t node) const;
  bool EachIsQuiet() const;
  // The partition that holds a key.
  uint64_t PartitionOf(const std::string& key) const;

 private:
  v1::DescribeKeyspaceResponse described_;
  std::map<uint64_t, uint64_t> leaders_;
  std::map<uint64_t, uint64_t> committed_;  // by partition
};

absl::StatusOr<View> Look(v1::Admin::Stub& admin, const std::string& keyspace);

// Made, and every partition led, within 15 s.
absl::StatusOr<View> PrepareKeyspace(v1::Admin::Stub& admin, const KeyspaceOptions& options);

}  // namespace quorate::bench
