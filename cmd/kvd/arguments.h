// kvd's settings from all their sources, and the few things that are asked of
// it instead of serving.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "base/config.h"
#include "rpc/server_options.h"
#include "testing/cluster.h"

namespace quorate::kvd {

struct Arguments {
  enum class Action { kServe, kHelp, kVersion, kCheckConfig, kPrintConfig };
  Action action = Action::kServe;
  bool dev = false;  // a whole cluster, as `dev_cluster` says
  testing::ClusterOptions dev_cluster;
  rpc::ServerOptions options;
  rpc::ServerPlan plan;
  std::string text;  // what is to be printed instead of serving
};

// Flags over KVD_* over the YAML file (--config, KVD_CONFIG, or
// /etc/quorate/kvd.yaml where there is one) over defaults; `add_settings`
// registers further ones. INVALID_ARGUMENT names what is wrong, and where.
absl::StatusOr<Arguments> ReadArguments(std::vector<std::string> args,
                                        const char* const* environment,
                                        const std::function<void(Config&)>& add_settings = nullptr);

}  // namespace quorate::kvd
