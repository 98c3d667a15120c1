// kvd --dev: a whole cluster in this process.
#pragma once

#include "supervision.h"
#include "testing/cluster.h"

namespace quorate::kvd {

// Serves until a signal comes; an exit code.
int ServeCluster(testing::ClusterOptions options, Supervision& supervision);

}  // namespace quorate::kvd
