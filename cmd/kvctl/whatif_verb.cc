#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>
#include <set>

#include "absl/strings/numbers.h"
#include "absl/strings/str_split.h"
#include "base/error.h"
#include "base/strings.h"
#include "exit_code.h"
#include "levels.h"
#include "report.h"
#include "ring/outage.h"
#include "suggest.h"
#include "table.h"
#include "verb.h"

namespace quorate::kvctl {
namespace {

using nlohmann::json;

struct WhatifArguments {
  std::vector<std::string> down;
  std::string zone;
};

// As far as it matters who holds what.
ring::Topology TopologyOf(const TopologyDescription& from) {
  ring::Topology topology;
  for (const NodeDescription& one : from.nodes) {
    topology.nodes.push_back({one.id, one.client_address, one.peer_address, one.zone, one.weight});
  }
  for (const KeyspaceDescription& one : from.keyspaces) {
    ring::KeyspaceInfo keyspace;
    keyspace.name = one.name;
    keyspace.mode = one.mode;
    keyspace.conflict = one.conflict;
    keyspace.replicas = one.replicas;
    for (const PartitionDescription& part : one.partitions) {
      keyspace.partitions.push_back({part.id, part.replicas});
    }
    topology.keyspaces.emplace(one.name, std::move(keyspace));
  }
  topology.meta = {from.meta.id, from.meta.replicas};
  return topology;
}

absl::Status BadFlag(std::string_view flag, std::string_view value, std::string_view why) {
  return MakeError(absl::StatusCode::kInvalidArgument, "BAD_FLAG",
                   StrCat("--", flag, " \"", value, "\": ", why));
}

// n2 or 2.
absl::StatusOr<NodeId> ParseNode(const ring::Topology& topology, std::string_view text) {
  std::vector<std::string> known;
  for (const ring::NodeInfo& node : topology.nodes) known.push_back(node.id.ToString());
  std::string_view digits = text;
  if (digits.starts_with('n')) digits.remove_prefix(1);
  uint64_t id = 0;
  if (absl::SimpleAtoi(ToAbsl(digits), &id) && topology.FindNode(NodeId(id)) != nullptr) {
    return NodeId(id);
  }
  return BadFlag("down", text, StrCat("no such node", DidYouMean(text, known)));
}

absl::StatusOr<std::set<NodeId>> DownOf(const ring::Topology& topology,
                                        const WhatifArguments& arguments) {
  std::set<NodeId> down;
  for (const std::string& part : arguments.down) {
    for (const absl::string_view name : absl::StrSplit(part, ',')) {
      const auto node = ParseNode(topology, ToStd(name));
      if (!node.ok()) return node.status();
      down.insert(*node);
    }
  }
  if (arguments.zone.empty()) return down;
  const std::set<NodeId> zone = ring::NodesIn(topology, arguments.zone);
  if (zone.empty()) {
    const std::set<std::string> zones = ring::ZonesOf(topology);
    return BadFlag(
        "zone", arguments.zone,
        zones.empty()
            ? "no node names a zone"
            : StrCat("no node is in it", DidYouMean(arguments.zone, {zones.begin(), zones.end()})));
  }
  down.insert(zone.begin(), zone.end());
  return down;
}

std::string Verdict(const ring::LevelOutage& one, uint32_t partitions) {
  if (one.stopped == 0) return "goes on";
  const std::string stops = one.stopped == partitions ? "stops"
                                                      : StrCat("stops in ", one.stopped, " of ",
                                                               partitions, " partitions");
  return StopsAsItMay(one.guarantee, stops);
}

void Print(const ring::Outage& outage) {
  Table table({"keyspace", "", "level", "without them"});
  for (const ring::KeyspaceOutage& keyspace : outage.keyspaces) {
    for (const ring::LevelOutage& one : keyspace.levels) {
      table.Add({keyspace.keyspace, std::string(AccessName(one.guarantee->access)),
                 std::string(LevelName(one.guarantee->level)), Verdict(one, keyspace.partitions)});
    }
  }
  table.Print(std::cout);
  if (outage.topology_stops) {
    std::cout << "the meta group lacks a majority: no keyspace can be made or dropped\n";
  }
  if (outage.nothing_stops()) std::cout << "nothing stops\n";
}

json ToJson(const ring::Outage& outage, const std::set<NodeId>& down) {
  json shown = {{"down", json::array()},
                {"topology_stops", outage.topology_stops},
                {"keyspaces", json::array()}};
  for (const NodeId node : down) shown["down"].push_back(node.value());
  for (const ring::KeyspaceOutage& keyspace : outage.keyspaces) {
    json levels = json::array();
    for (const ring::LevelOutage& one : keyspace.levels) {
      levels.push_back({{"level", LevelName(one.guarantee->level)},
                        {"access", AccessName(one.guarantee->access)},
                        {"stopped_partitions", one.stopped},
                        {"until", one.guarantee->until}});
    }
    shown["keyspaces"].push_back(
        {{"keyspace", keyspace.keyspace}, {"partitions", keyspace.partitions}, {"levels", levels}});
  }
  return shown;
}

int RunWhatif(Session& session, const WhatifArguments& arguments) {
  if (arguments.down.empty() && arguments.zone.empty()) {
    return ReportUsage(session, "who is down? name nodes by --down or a zone by --zone",
                       "kvctl whatif --help");
  }
  auto client = session.client();
  if (!client.ok()) return ReportError(session, client.status());
  const auto described = (*client)->Topology(session.admin_options());
  if (!described.ok()) return ReportError(session, described.status(), "whatif");
  const ring::Topology topology = TopologyOf(*described);
  const auto down = DownOf(topology, arguments);
  if (!down.ok()) return ReportError(session, down.status());
  const ring::Outage outage = ring::ComputeOutage(topology, *down);
  if (session.output() == Output::kJson) {
    std::cout << ToJson(outage, *down).dump(2) << '\n';
  } else {
    Print(outage);
  }
  return outage.nothing_stops() ? kDone : kUnhealthy;
}

}  // namespace

void AddWhatif(CLI::App& app, Session& session) {
  auto arguments = std::make_shared<WhatifArguments>();
  CLI::App* verb =
      AddVerb(app, session, "whatif",
              "Say which levels stop if nodes or a zone were down; exit code 10 if any does.",
              "  kvctl whatif --down n1,n2\n"
              "  kvctl whatif --zone hall-a",
              [&session, arguments] { return RunWhatif(session, *arguments); });
  verb->add_option("--down", arguments->down, "These nodes")->type_name("NODE,...");
  verb->add_option("--zone", arguments->zone, "All nodes of this zone")->type_name("NAME");
}

}  // namespace quorate::kvctl
