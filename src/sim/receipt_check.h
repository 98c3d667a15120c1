// Holds the receipt of an answer against what the nodes that it names truly
// have, at the moment a node gives it.
#pragma once

#include <string>

#include "replica/request.h"
#include "sim/cluster.h"
#include "sim/op.h"

namespace quorate::sim {

// What the receipt says that is not so; empty: nothing. `at`: the node that was
// asked. Only of answers that succeeded.
std::string WhatReceiptLiesAbout(Cluster& cluster, NodeId at, const Op& op, const Reply& reply);

}  // namespace quorate::sim
