// The same unary load on etcd: puts and linearizable gets, at its leader.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "closed_loop.h"
#include "etcd_cluster.h"
#include "slice.h"

namespace quorate::bench {

struct EtcdTarget {
  std::vector<std::unique_ptr<etcdserverpb::KV::Stub>> connections;  // to the leader
  uint64_t keys = 0;
  std::string value;

  static std::string Key(uint64_t number);
};

// Every key written once.
absl::StatusOr<EtcdTarget> PrepareEtcd(EtcdCluster& cluster, uint64_t keys, size_t value_bytes);

enum class EtcdOp : uint8_t { kGet, kPut };

std::unique_ptr<Caller> MakeCaller(EtcdTarget& target, EtcdOp op);

Slice RunEtcd(EtcdTarget& target, EtcdOp op, uint32_t in_flight, absl::Duration length,
              uint64_t seed);

}  // namespace quorate::bench
