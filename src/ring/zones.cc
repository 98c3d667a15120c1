#include "ring/zones.h"

#include <algorithm>
#include <map>
#include <string>

#include "ring/shares.h"

namespace quorate::ring {
namespace {

std::vector<Claim> NodeClaims(const PlacementInput& input) {
  std::map<NodeId, uint64_t> have;
  for (const PlacementArc& arc : input.arcs) {
    for (NodeId node : arc.replicas) ++have[node];
  }
  std::vector<Claim> claims;
  for (const PlacementNode& node : input.nodes) {
    const auto it = have.find(node.id);
    claims.push_back({.weight = std::max<uint64_t>(node.weight, 1),
                      .low = 0,
                      .high = input.arcs.size(),
                      .have = it == have.end() ? 0 : it->second,
                      .elsewhere = node.replicas_elsewhere});
  }
  return claims;
}

// What each node would hold if there were no zones, in parts of a replica.
constexpr uint64_t kParts = 1024;

std::vector<uint64_t> ComputeUnzonedParts(uint64_t total, std::vector<Claim> claims) {
  for (Claim& claim : claims) {
    claim.high *= kParts;
    claim.have = 0;
  }
  return ComputeShares(total * kParts, claims);
}

void NumberZones(const PlacementInput& input, ZonePlan& plan) {
  std::map<std::string, uint32_t> numbers;
  for (const PlacementNode& node : input.nodes) numbers.emplace(node.zone, 0);
  for (auto& [name, number] : numbers) number = plan.zones++;
  for (const PlacementNode& node : input.nodes) plan.zone_of.push_back(numbers[node.zone]);
}

uint32_t ComputePerArcMax(const std::vector<uint64_t>& zone_sizes, uint32_t replicas) {
  for (uint32_t most = 1;; ++most) {
    uint64_t room = 0;
    for (uint64_t size : zone_sizes) room += std::min<uint64_t>(size, most);
    if (room >= replicas) return most;
  }
}

// A zone weighs what its nodes would hold without zones: one that cannot hold
// its weight in any case does not push its zone up.
std::vector<uint64_t> ComputeZoneTotals(const PlacementInput& input, const ZonePlan& plan,
                                        const std::vector<uint64_t>& zone_sizes,
                                        const std::vector<Claim>& nodes,
                                        const std::vector<uint64_t>& unzoned_parts) {
  const uint64_t arcs = input.arcs.size();
  std::vector<Claim> zones(plan.zones);
  for (uint32_t z = 0; z < plan.zones; ++z) {
    zones[z] = {.weight = 0,
                .low = input.replicas >= plan.zones ? arcs : 0,
                .high = arcs * std::min<uint64_t>(zone_sizes[z], plan.per_arc_max)};
  }
  for (size_t i = 0; i < nodes.size(); ++i) {
    Claim& zone = zones[plan.zone_of[i]];
    zone.weight += unzoned_parts[i];
    zone.have += nodes[i].have;
    zone.elsewhere += nodes[i].elsewhere;
  }
  for (Claim& zone : zones) zone.weight = std::max<uint64_t>(zone.weight, 1);
  return ComputeShares(arcs * input.replicas, zones);
}

// A zone's total over its nodes: within a replica of what each would hold
// without zones, where the total allows that.
std::vector<uint64_t> ShareWithinZone(uint64_t zone_total, std::vector<Claim> nodes,
                                      const std::vector<uint64_t>& unzoned_parts) {
  uint64_t low = 0, high = 0;
  for (uint64_t parts : unzoned_parts) {
    low += parts / kParts;
    high += (parts + kParts - 1) / kParts;
  }
  if (low <= zone_total && zone_total <= high) {
    for (size_t k = 0; k < nodes.size(); ++k) {
      nodes[k].low = unzoned_parts[k] / kParts;
      nodes[k].high = (unzoned_parts[k] + kParts - 1) / kParts;
    }
  }
  return ComputeShares(zone_total, nodes);
}

}  // namespace

ZonePlan ComputeZonePlan(const PlacementInput& input) {
  ZonePlan plan;
  NumberZones(input, plan);
  std::vector<uint64_t> sizes(plan.zones, 0);
  for (uint32_t zone : plan.zone_of) ++sizes[zone];
  plan.per_arc_max = ComputePerArcMax(sizes, input.replicas);
  plan.doubled_per_arc = input.replicas > plan.zones ? input.replicas - plan.zones : 0;

  const std::vector<Claim> nodes = NodeClaims(input);
  const std::vector<uint64_t> parts =
      ComputeUnzonedParts(input.arcs.size() * input.replicas, nodes);
  const std::vector<uint64_t> totals = ComputeZoneTotals(input, plan, sizes, nodes, parts);

  plan.target_of.resize(nodes.size());
  for (uint32_t z = 0; z < plan.zones; ++z) {
    std::vector<size_t> members;
    std::vector<Claim> claims;
    std::vector<uint64_t> zone_parts;
    for (size_t i = 0; i < nodes.size(); ++i) {
      if (plan.zone_of[i] != z) continue;
      members.push_back(i);
      claims.push_back(nodes[i]);
      zone_parts.push_back(parts[i]);
    }
    const std::vector<uint64_t> shares = ShareWithinZone(totals[z], claims, zone_parts);
    for (size_t k = 0; k < members.size(); ++k) plan.target_of[members[k]] = shares[k];
  }
  return plan;
}

}  // namespace quorate::ring
