// Moves a partition's leadership, wherever its leader is.
#pragma once

#include <memory>

#include "absl/functional/any_invocable.h"
#include "absl/status/statusor.h"
#include "node/node.h"
#include "rpc/status_collector.h"

namespace quorate::rpc {

// Asks the leader, here or on another node, to hand over to `to` (zero:
// whoever is best), and waits until there is a new one. `relayed`: another
// node asked; the question goes no further. `done` gets the new leader.
void TransferLeadership(Node& node, Env& env, StatusCollector& collector, NodeId self,
                        PartitionId partition, NodeId to, bool relayed, absl::Duration deadline,
                        absl::AnyInvocable<void(absl::StatusOr<NodeId>) &&> done);

// The metadata that marks a question as relayed.
inline constexpr char kRelayedMetadata[] = "quorate-relayed";

}  // namespace quorate::rpc
