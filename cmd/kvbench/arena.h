// The field of a suite, started, filled and metered; it goes with this.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "echo_process.h"
#include "peers.h"
#include "programs.h"
#include "settings.h"
#include "standard_suite.h"
#include "workplace.h"

namespace quorate::bench {

class Arena {
 public:
  static absl::StatusOr<std::unique_ptr<Arena>> Make(const Workplace& place,
                                                     const Settings& settings);

  Field field();
  // Where a client begins.
  const std::string& endpoint() const { return endpoint_; }
  std::vector<Program> Describe() const;

 private:
  Arena() = default;
  absl::Status Start(const Workplace& place, const Settings& settings);

  std::unique_ptr<OwnCluster> own_;  // null: the cluster was there
  std::string endpoint_;
  std::unique_ptr<EchoProcess> echo_process_;
  Target cluster_, one_group_, leaderless_, echo_;
  std::unique_ptr<TcpYardstick> tcp_;
  std::unique_ptr<DiskYardstick> disk_;
  std::optional<Meter> of_cluster_, of_echo_;
  const Meter of_machine_{{}};
  std::unique_ptr<EtcdPeer> etcd_;
  std::unique_ptr<RedisPeer> redis_;
};

}  // namespace quorate::bench
