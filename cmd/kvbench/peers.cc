#include "peers.h"

#include <utility>

namespace quorate::bench {

absl::StatusOr<std::unique_ptr<EtcdPeer>> StartEtcd(const Surroundings& surroundings,
                                                    const TargetOptions& options) {
  if (surroundings.etcd.empty()) return nullptr;
  auto cluster = EtcdCluster::Start(surroundings, "etcd", 3);
  if (!cluster.ok()) return cluster.status();
  auto target = PrepareEtcd(**cluster, options.keys, options.value_bytes);
  if (!target.ok()) return target.status();
  Meter meter((*cluster)->pids());
  return std::unique_ptr<EtcdPeer>(
      new EtcdPeer{*std::move(cluster), *std::move(target), std::move(meter)});
}

absl::StatusOr<std::unique_ptr<RedisPeer>> StartRedis(const Surroundings& surroundings,
                                                      const TargetOptions& options) {
  if (surroundings.redis.empty()) return nullptr;
  auto server = RedisServer::Start(surroundings, "redis");
  if (!server.ok()) return server.status();
  auto target = PrepareRedis(**server, options.keys, options.value_bytes);
  if (!target.ok()) return target.status();
  Meter meter({(*server)->process().pid()});
  return std::unique_ptr<RedisPeer>(
      new RedisPeer{*std::move(server), *std::move(target), std::move(meter)});
}

}  // namespace quorate::bench
