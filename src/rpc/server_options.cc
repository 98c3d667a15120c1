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
  const size_t equals = text.find('=');
  const size_t slash = text.find('/');
  ring::NodeInfo node;
  uint64_t id = 0;
  if (equals == std::string_view::npos || slash == std::string_view::npos || slash < equals ||
      !absl::SimpleAtoi(ToAbsl(text.substr(0, equals)), &id) || id == 0) {
    return Bad(StrCat("bootstrap: \"", text, "\" is not a node: write ID=CLIENT/PEER, such as ",
                      "1=10.0.0.1:7400/10.0.0.1:7401"));
  }
  node.id = NodeId(id);
  node.client_address = std::string(text.substr(equals + 1, slash - equals - 1));
  node.peer_address = std::string(text.substr(slash + 1));
  for (const std::string& address : {node.client_address, node.peer_address}) {
    const absl::StatusOr<Address> parsed = ParseAddress(address);
    if (!parsed.ok()) return Bad(StrCat("bootstrap: node ", id, ": ", parsed.status().message()));
  }
  return node;
}

// This node as others are to find it; in a bootstrap list it stands already.
absl::Status Advertise(const ServerOptions& options, const ServerPlan& plan, ring::NodeInfo& self) {
  self.zone = options.zone;
  const std::pair<const std::string&, std::string&> given[] = {
      {options.advertise, self.client_address}, {options.peer_advertise, self.peer_address}};
  for (const auto& [text, address] : given) {
    if (text.empty()) continue;
    const absl::StatusOr<Address> parsed = ParseAddress(text);
    if (!parsed.ok()) return Bad(StrCat("advertise: ", parsed.status().message()));
    address = text;
  }
  if (self.client_address.empty()) self.client_address = plan.listen.ToString();
  if (self.peer_address.empty()) self.peer_address = plan.peer_listen.ToString();
  return absl::OkStatus();
}

absl::Status PlanBootstrap(const ServerOptions& options, ServerPlan& plan) {
  const NodeId self(options.node_id);
  if (options.bootstrap.empty()) {
    plan.bootstrap.push_back({self, {}, {}, {}});
    return Advertise(options, plan, plan.bootstrap[0]);
  }
  absl::StatusOr<std::vector<ring::NodeInfo>> nodes = ParseBootstrap(options.bootstrap);
  if (!nodes.ok()) return nodes.status();
  plan.bootstrap = *std::move(nodes);
  for (ring::NodeInfo& node : plan.bootstrap) {
    if (node.id == self) return Advertise(options, plan, node);
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
  return plan;
}

}  // namespace quorate::rpc
