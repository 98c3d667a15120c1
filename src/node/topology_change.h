// Changes the topology: reads it from the meta partition, computes the next
// epoch, and writes that under the condition that nobody was faster.
#pragma once

#include <functional>
#include <memory>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "node/node.h"
#include "ring/topology.h"

namespace quorate {

using ComputeTopology = std::function<absl::StatusOr<ring::Topology>(const ring::Topology&)>;

// `current` stands in while the meta partition holds none yet (epoch 1). `done`
// gets the topology that was agreed, or the error of `compute` or of the
// requests; a `compute` that leaves the epoch as it is writes nothing. A change whose write has an
// unknown outcome is told as unknown. It is told once the nodes know it (Node::AwaitKnown).
void ChangeTopology(Node& node, ComputeTopology compute, absl::Duration deadline,
                    Node::TopologyFn done);

}  // namespace quorate
