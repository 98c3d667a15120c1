// The subcommands. Each returns the exit code.
#pragma once

#include <functional>
#include <string>

#include "settings.h"

namespace quorate::bench {

int RunEcho(const Settings& settings);
// get, put, ... and stream-get, stream-put.
int RunLoad(const Settings& settings, const std::string& load);
// suite, failover, idle, ..., or all of them, one after another.
int RunMeasurements(Settings settings, const std::string& chosen);

}  // namespace quorate::bench
