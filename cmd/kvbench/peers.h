// What Quorate is measured beside in one run: started, filled with as many
// keys, and metered.
#pragma once

#include <memory>

#include "absl/status/statusor.h"
#include "etcd_load.h"
#include "meter.h"
#include "redis_load.h"
#include "target.h"

namespace quorate::bench {

struct EtcdPeer {
  std::unique_ptr<EtcdCluster> cluster;  // three members
  EtcdTarget target;
  Meter meter;
};
// Null: there is no etcd to start.
absl::StatusOr<std::unique_ptr<EtcdPeer>> StartEtcd(const Surroundings& surroundings,
                                                    const TargetOptions& options);

struct RedisPeer {
  std::unique_ptr<RedisServer> server;
  RedisTarget target;
  Meter meter;
};
// Null: there is no Redis to start.
absl::StatusOr<std::unique_ptr<RedisPeer>> StartRedis(const Surroundings& surroundings,
                                                      const TargetOptions& options);

}  // namespace quorate::bench
