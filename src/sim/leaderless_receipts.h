// Requests to partitions without a leader whose answers' receipts are held against what
// the nodes that they name truly have on disk, at the moment a node answers.
//
// What it holds against the system: a receipt names its request, each replica once, and
// no more of them than have the write, or what was read, on disk, or a later write of the
// key that beat it or was merged with it; they are enough for the level that it says was
// achieved; the version is that of a write of the key, and of what was read.
#pragma once

#include <functional>
#include <string>

#include "replica/request.h"
#include "sim/cluster.h"

namespace quorate::sim {

// Asks a node that is up. What its receipt says that is not so is a violation, told
// before the answer. Only answers that succeeded are judged.
void AskWithoutLeader(Cluster& cluster, NodeId asked, Request request,
                      std::function<void(std::string)> violation,
                      std::function<void(Reply)> answered);

}  // namespace quorate::sim
