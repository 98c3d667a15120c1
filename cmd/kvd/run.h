// kvd from its arguments to its end; what another program may change about it.
#pragma once

#include <functional>

#include "absl/status/status.h"
#include "base/config.h"
#include "rpc/server.h"

namespace quorate::kvd {

// For programs that are kvd and something more; kvd itself changes nothing.
struct Changes {
  // Registers settings of its own; they must outlive Run.
  std::function<void(Config&)> add_settings;
  // Once all settings are read and the log is set up, before a node starts. An
  // error is one of usage.
  std::function<absl::Status(rpc::ServerEdges&)> take_effect;
};

// An exit code; may also end the process itself.
int Run(int argc, char** argv, char** environment, const Changes& changes = {});

}  // namespace quorate::kvd
