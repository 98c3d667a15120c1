#include "node/upgrade.h"

#include <algorithm>
#include <string>

#include "base/error.h"
#include "base/strings.h"
#include "node/topology_change.h"
#include "ring/moves.h"
#include "ring/upgrade.h"

namespace quorate {
namespace {

constexpr absl::Duration kLookInterval = absl::Milliseconds(200);
constexpr absl::Duration kChangeMax = absl::Seconds(10);

}  // namespace

absl::StatusOr<ring::Topology> WithJoiner(const ring::Topology& now, const ring::NodeInfo& node,
                                          const ProtocolRange& speaks) {
  const std::string who = StrCat("the node at ", node.client_address);
  if (absl::Status fit = CheckProtocol(who, speaks, now.protocol); !fit.ok()) return fit;
  return ring::WithNode(now, node);
}

void Upgrade::Raise(absl::Duration deadline, Node::TopologyFn done) {
  ChangeTopology(
      node_, [this](const ring::Topology& now) { return ComputeNext(now); }, deadline,
      std::move(done));
}

absl::StatusOr<ring::Topology> Upgrade::ComputeNext(const ring::Topology& now) const {
  uint32_t next = shared_.options.protocol.newest;
  for (const ring::NodeInfo& node : now.nodes) {
    if (node.id == shared_.options.self) continue;
    const std::optional<uint32_t> spoken = shared_.peers.Speaks(node.id);
    if (!spoken) {
      return MakeError(
          absl::StatusCode::kFailedPrecondition, "NODE_UNHEARD",
          StrCat(shared_.options.self.ToString(), " does not hear of ", node.id.ToString(),
                 ", so nobody knows which protocol it speaks: start it, or let it "
                 "go with kvctl node replace"));
    }
    next = std::min(next, *spoken);
  }
  return ring::WithProtocolNext(now, next);
}

bool Upgrade::AllKnow(const ring::Topology& topology) const {
  return std::all_of(topology.nodes.begin(), topology.nodes.end(), [&](const auto& node) {
    return shared_.peers.Knows(node.id, topology.epoch);
  });
}

void Upgrade::Finish(absl::Duration now) {
  if (now < next_look_ || changing_) return;
  next_look_ = now + kLookInterval;
  const auto topology = shared_.topology.Get();
  if (!topology->protocol.raising() || !AllKnow(*topology)) return;
  changing_ = true;
  // A node that came meanwhile has it from the topology that it came with.
  ChangeTopology(
      node_, [](const ring::Topology& current) { return ring::WithProtocolReached(current); },
      now + kChangeMax, [this](auto) { changing_ = false; });
}

}  // namespace quorate
