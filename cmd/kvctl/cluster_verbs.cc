#include <iostream>
#include <nlohmann/json.hpp>

#include "admin_json.h"
#include "base/strings.h"
#include "bytes.h"
#include "exit_code.h"
#include "membership.h"
#include "report.h"
#include "table.h"
#include "verb.h"

namespace quorate::kvctl {
namespace {

std::vector<std::string> RowOf(const NodeState& one, const std::string& membership) {
  std::vector<std::string> row = {
      one.node.id.ToString(), one.node.client_address,
      StrCat(one.reachable ? "up" : "down", membership.empty() ? "" : ", ", membership),
      one.node.zone, std::to_string(one.node.weight)};
  if (!one.reachable) {
    row.resize(row.size() + 7);
    return row;
  }
  const auto uptime = absl::FormatDuration(absl::Trunc(one.uptime, absl::Seconds(1)));
  row.insert(row.end(), {one.version, uptime, std::to_string(one.replicas),
                         std::to_string(one.leaders), std::to_string(one.leaderless),
                         HumanBytes(one.log_bytes), HumanBytes(one.data_bytes)});
  return row;
}

void PrintStatus(const ClusterState& state, const TopologyDescription& topology, size_t down,
                 uint64_t leaderless) {
  std::cout << "cluster " << state.cluster_id << ", epoch " << state.epoch.value()
            << ", meta leader "
            << (state.meta_leader ? state.meta_leader.ToString() : std::string("none")) << '\n';
  Table table({"node", "address", "state", "zone", "weight", "version", "uptime", "replicas",
               "leads", "leaderless", "log", "data"});
  for (const NodeState& one : state.nodes) {
    table.Add(RowOf(one, MembershipOf(topology, one.node.id)));
  }
  table.Print(std::cout);
  for (const NodeState& one : state.nodes) {
    if (one.hints == 0) continue;
    std::cout << one.node.id.ToString() << " keeps " << one.hints << " writes at ANY ("
              << HumanBytes(one.hint_bytes) << ") for replicas that can't be reached\n";
  }
  if (down == 0 && leaderless == 0) {
    std::cout << "healthy: all " << state.nodes.size() << " nodes answer\n";
  } else {
    std::cout << "unhealthy: " << down << " of " << state.nodes.size() << " nodes do not answer, "
              << leaderless << " replicas know no leader\n";
  }
}

int RunStatus(Session& session) {
  auto client = session.client();
  if (!client.ok()) return ReportError(session, client.status());
  const auto state = (*client)->Status(session.admin_options());
  if (!state.ok()) return ReportError(session, state.status(), "cluster status");
  const auto topology = (*client)->Topology(session.admin_options());
  if (!topology.ok()) return ReportError(session, topology.status(), "cluster status");
  size_t down = 0;
  uint64_t leaderless = 0;
  for (const NodeState& one : state->nodes) {
    down += one.reachable ? 0 : 1;
    leaderless += one.leaderless;
  }
  if (session.output() == Output::kJson) {
    nlohmann::json shown = ToJson(*state);
    for (auto& node : shown["nodes"]) {
      node["membership"] = MembershipWord(*topology, NodeId(node["node"].get<uint64_t>()));
    }
    std::cout << shown.dump(2) << '\n';
  } else {
    PrintStatus(*state, *topology, down, leaderless);
  }
  return down == 0 && leaderless == 0 ? kDone : kUnhealthy;
}

void PrintTopology(const TopologyDescription& topology) {
  std::cout << "cluster " << topology.cluster_id << ", epoch " << topology.epoch.value()
            << ", meta group on " << ToLine(topology.meta.replicas) << '\n';
  Table nodes({"node", "clients", "peers", "zone", "weight"});
  for (const NodeDescription& one : topology.nodes) {
    nodes.Add({one.id.ToString(), one.client_address, one.peer_address, one.zone,
               std::to_string(one.weight)});
  }
  nodes.Print(std::cout);
  Table partitions({"keyspace", "arc", "partition", "nodes"});
  for (const KeyspaceDescription& keyspace : topology.keyspaces) {
    for (size_t arc = 0; arc < keyspace.partitions.size(); ++arc) {
      const PartitionDescription& one = keyspace.partitions[arc];
      partitions.Add({keyspace.name, std::to_string(arc), one.id.ToString(), ToLine(one.replicas)});
    }
  }
  if (partitions.rows() > 0) std::cout << '\n';
  partitions.Print(std::cout);
}

int RunTopology(Session& session) {
  auto client = session.client();
  if (!client.ok()) return ReportError(session, client.status());
  const auto topology = (*client)->Topology(session.admin_options());
  if (!topology.ok()) return ReportError(session, topology.status(), "cluster topology");
  if (session.output() == Output::kJson) {
    std::cout << ToJson(*topology).dump(2) << '\n';
  } else {
    PrintTopology(*topology);
  }
  return kDone;
}

}  // namespace

void AddCluster(CLI::App& app, Session& session) {
  CLI::App* noun = AddNoun(app, "cluster", "Look at the cluster as a whole.",
                           "  kvctl cluster status\n  kvctl cluster topology");
  AddVerb(*noun, session, "status", "Show every node; exit code 10 if not all is well.",
          "  kvctl cluster status\n  kvctl cluster status --output json",
          [&session] { return RunStatus(session); });
  AddVerb(*noun, session, "topology", "Show which nodes hold which partitions.",
          "  kvctl cluster topology", [&session] { return RunTopology(session); });
  AddPlan(*noun, session);
  AddMoves(*noun, session);
  AddUpgrade(*noun, session);
  AddClusterCut(*noun, session);
}

}  // namespace quorate::kvctl
