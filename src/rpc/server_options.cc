#include "rpc/server_options.h"

#include <set>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_split.h"
#include "base/error.h"
#include "base/strings.h"

namespace quorate::rpc {
namespace {

absl::Status Bad(std::string_view message) {
  return MakeError(absl::StatusCode::kInvalidArgument, "BAD_VALUE", message);
}

absl::StatusOr<Address> ListenAddress(std::string_view setting, const std::string& text,
                                      bool insecure) {
  absl::StatusOr<Address> address = ParseAddress(text);
  if (!address.ok()) return Bad(StrCat(setting, ": ", address.status().message()));
  if (!address->IsLoopback() && !insecure) {
    return MakeError(absl::StatusCode::kInvalidArgument, "INSECURE",
                     StrCat(setting, ": ", text, " can be reached from other machines, and ",
                            "whoever reaches it can read and write everything; keep to 127.0.0.1, ",
                            "or say --insecure if the network is trusted"));
  }
  return address;
}

absl::StatusOr<ring::NodeInfo> ParseNode(std::string_view text) {
  const std::vector<std::string> halves = absl::StrSplit(ToAbsl(text), absl::MaxSplits('=', 1));
  const std::vector<std::string> parts = absl::StrSplit(halves.back(), '/');
  ring::NodeInfo node;
  uint64_t id = 0;
  if (halves.size() != 2 || parts.size() < 2 || parts.size() > 3 ||
      !absl::SimpleAtoi(halves[0], &id) || id == 0) {
    return Bad(StrCat("bootstrap: \"", text, "\" is not a node: write ID=CLIENT/PEER or ",
                      "ID=CLIENT/PEER/ZONE, such as 1=10.0.0.1:7400/10.0.0.1:7401/hall-a"));
  }
  node.id = NodeId(id);
  node.client_address = parts[0];
  node.peer_address = parts[1];
  if (parts.size() == 3) node.zone = parts[2];
  for (const std::string& address : {node.client_address, node.peer_address}) {
    const absl::StatusOr<Address> parsed = ParseAddress(address);
    if (!parsed.ok()) return Bad(StrCat("bootstrap: node ", id, ": ", parsed.status().message()));
  }
  return node;
}

// The node of a cluster of one, or one that joins, as others are to find it.
absl::StatusOr<ring::NodeInfo> SingleNode(const ServerOptions& options, const ServerPlan& plan) {
  ring::NodeInfo node;
  node.id = NodeId(options.node_id);
  node.zone = options.zone;
  node.weight = static_cast<uint32_t>(options.weight);
  node.client_address = plan.listen.ToString();
  node.peer_address = plan.peer_listen.ToString();
  const std::tuple<std::string_view, const std::string&, std::string&> given[] = {
      {"advertise", options.advertise, node.client_address},
      {"peer-advertise", options.peer_advertise, node.peer_address}};
  for (const auto& [setting, text, address] : given) {
    if (text.empty()) continue;
    const absl::StatusOr<Address> parsed = ParseAddress(text);
    if (!parsed.ok()) return Bad(StrCat(setting, ": ", parsed.status().message()));
    address = text;
  }
  return node;
}

bool IsEverywhere(const Address& address) {
  return address.host == "0.0.0.0" || address.host == "::" || address.host == "*";
}

// What others are told must lead somewhere.
absl::Status PlanJoin(const ServerOptions& options, ServerPlan& plan) {
  if (options.join.empty()) return absl::OkStatus();
  absl::StatusOr<Address> seed = ParseAddress(options.join);
  if (!seed.ok()) return Bad(StrCat("join: ", seed.status().message()));
  if (!options.bootstrap.empty()) {
    return Bad("join: a node joins a running cluster or, with bootstrap, makes a new one; say one");
  }
  const ring::NodeInfo& self = plan.bootstrap.front();
  const std::pair<std::string_view, const std::string&> told[] = {
      {"advertise", self.client_address}, {"peer-advertise", self.peer_address}};
  for (const auto& [setting, address] : told) {
    if (address == seed->ToString()) {
      return Bad(StrCat("join: ", options.join, " is this node itself; name another one"));
    }
    if (!IsEverywhere(*ParseAddress(address))) continue;
    return Bad(StrCat(setting, ": other machines do not come to ", address,
                      "; say an address of this one that they reach"));
  }
  plan.join = *std::move(seed);
  return absl::OkStatus();
}

// All nodes must begin with the same list, so what one is told apart from it
// may not differ.
absl::Status CheckAgrees(const ServerOptions& options, const ring::NodeInfo& listed) {
  if (options.weight != listed.weight) {
    return Bad("weight: nodes of a bootstrap list all weigh 100");
  }
  const std::tuple<std::string_view, const std::string&, const std::string&> given[] = {
      {"zone", options.zone, listed.zone},
      {"advertise", options.advertise, listed.client_address},
      {"peer-advertise", options.peer_advertise, listed.peer_address}};
  for (const auto& [setting, text, in_list] : given) {
    if (text.empty() || text == in_list) continue;
    return Bad(StrCat(setting, ": \"", text, "\" differs from the bootstrap list, which has \"",
                      in_list, "\" for node ", listed.id.value(),
                      "; say it in the list, the same on every node"));
  }
  return absl::OkStatus();
}

absl::Status PlanBootstrap(const ServerOptions& options, ServerPlan& plan) {
  if (options.bootstrap.empty()) {
    absl::StatusOr<ring::NodeInfo> node = SingleNode(options, plan);
    if (!node.ok()) return node.status();
    plan.bootstrap.push_back(*std::move(node));
    return absl::OkStatus();
  }
  absl::StatusOr<std::vector<ring::NodeInfo>> nodes = ParseBootstrap(options.bootstrap);
  if (!nodes.ok()) return nodes.status();
  plan.bootstrap = *std::move(nodes);
  for (const ring::NodeInfo& node : plan.bootstrap) {
    if (node.id == NodeId(options.node_id)) return CheckAgrees(options, node);
  }
  return Bad(StrCat("bootstrap: node-id ", options.node_id, " is not in the list \"",
                    options.bootstrap, "\""));
}

absl::Status CheckOrder(const ServerOptions& options) {
  if (options.heartbeat_ticks >= options.election_ticks) {
    return Bad(StrCat("election-ticks: ", options.election_ticks,
                      " must be more than heartbeat-ticks, which is ", options.heartbeat_ticks,
                      ", or every leader is deposed between two heartbeats"));
  }
  if (options.log_segment_bytes % 4096 != 0) {
    return Bad(
        StrCat("log-segment-bytes: ", options.log_segment_bytes, " is not a multiple of 4KiB"));
  }
  if (options.cluster_id.empty()) return Bad("cluster-id: the name is empty");
  if (options.data_dir.empty()) return Bad("data-dir: the path is empty");
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::vector<ring::NodeInfo>> ParseBootstrap(std::string_view text) {
  std::vector<ring::NodeInfo> nodes;
  std::set<std::string> addresses;
  std::set<NodeId> ids;
  for (absl::string_view part : absl::StrSplit(ToAbsl(text), ',')) {
    absl::StatusOr<ring::NodeInfo> node = ParseNode(ToStd(part));
    if (!node.ok()) return node.status();
    if (!ids.insert(node->id).second) {
      return Bad(StrCat("bootstrap: node ", node->id.value(), " is named twice"));
    }
    for (const std::string& address : {node->client_address, node->peer_address}) {
      if (!addresses.insert(address).second) {
        return Bad(StrCat("bootstrap: the address ", address, " is named twice"));
      }
    }
    nodes.push_back(*std::move(node));
  }
  return nodes;
}

absl::StatusOr<ServerPlan> PlanServer(const ServerOptions& options) {
  if (absl::Status order = CheckOrder(options); !order.ok()) return order;
  ServerPlan plan;
  std::set<std::string> seen;
  const std::tuple<std::string_view, const std::string&, Address&> listeners[] = {
      {"listen", options.listen, plan.listen},
      {"peer-listen", options.peer_listen, plan.peer_listen},
      {"http-listen", options.http_listen, plan.http_listen}};
  for (const auto& [setting, text, out] : listeners) {
    absl::StatusOr<Address> address = ListenAddress(setting, text, options.insecure);
    if (!address.ok()) return address.status();
    if (!seen.insert(address->ToString()).second) {
      return Bad(StrCat(setting, ": ", text, " is another listener's address already"));
    }
    out = *std::move(address);
  }
  if (absl::Status bootstrap = PlanBootstrap(options, plan); !bootstrap.ok()) return bootstrap;
  if (absl::Status join = PlanJoin(options, plan); !join.ok()) return join;
  return plan;
}

}  // namespace quorate::rpc
