#include "ring/upgrade.h"

#include "base/error.h"
#include "base/strings.h"
#include "ring/moves.h"

namespace quorate::ring {

absl::StatusOr<Topology> WithProtocolNext(const Topology& topology, uint32_t next) {
  if (next <= topology.protocol.active || next == topology.protocol.next) return topology;
  if (topology.protocol.raising()) {
    return MakeError(absl::StatusCode::kFailedPrecondition, "RAISE_UNDER_WAY",
                     StrCat("the protocol is being raised to ", topology.protocol.next,
                            "; that goes on as soon as every node can be heard of"));
  }
  Topology raised = topology;
  raised.protocol.next = next;
  raised.epoch = raised.epoch.next();
  return raised;
}

Topology WithProtocolReached(const Topology& topology) {
  if (!topology.protocol.raising()) return topology;
  Topology reached = topology;
  reached.protocol = {.active = topology.protocol.next};
  reached.epoch = reached.epoch.next();
  // What could not move before.
  Retarget(reached);
  return reached;
}

}  // namespace quorate::ring
