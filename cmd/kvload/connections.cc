#include "connections.h"

#include <algorithm>
#include <utility>

#include "base/error.h"
#include "base/strings.h"
#include "plan_fields.h"

namespace quorate::load {
namespace {

constexpr absl::Duration kPatience = absl::Seconds(10);

absl::Status Unreached(std::string_view name, std::string_view address, const absl::Status& why) {
  return MakeError(absl::StatusCode::kUnavailable, ReasonOf(why),
                   StrCat("endpoint ", name, " (", address, "): ", ToStd(why.message()),
                          "; is the node up, and the address right?"));
}

// Names of endpoints are those that the cluster gives its nodes.
absl::StatusOr<NodeId> IdOf(const std::string& name, const TopologyDescription& topology) {
  std::string known;
  for (const NodeDescription& node : topology.nodes) {
    if (node.id.ToString() == name) return node.id;
    StrAppend(&known, known.empty() ? "" : ", ", node.id.ToString());
  }
  return BadPlan(StrCat("endpoint \"", name, "\": the cluster's nodes are ", known));
}

}  // namespace

absl::StatusOr<std::unique_ptr<Connections>> Connections::Connect(const Plan& plan) {
  auto routing = Client::Connect(plan.all_endpoints(), {.deadline = kPatience});
  if (!routing.ok()) return Unreached("all", plan.all_endpoints(), routing.status());
  auto topology = routing->Topology();
  if (!topology.ok()) return Unreached("all", plan.all_endpoints(), topology.status());
  std::unique_ptr<Connections> all(new Connections(*std::move(routing), *std::move(topology)));
  for (const auto& [name, address] : plan.endpoints) {
    const auto id = IdOf(name, all->topology_);
    if (!id.ok()) return id.status();
    auto client = Client::Connect(address, {.deadline = kPatience, .only_endpoints = true});
    if (!client.ok()) return Unreached(name, address, client.status());
    all->nodes_.push_back({name, *id, *std::move(client)});
  }
  return all;
}

}  // namespace quorate::load
