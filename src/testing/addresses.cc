#include "testing/addresses.h"

#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <optional>
#include <system_error>
#include <utility>

#include "base/error.h"
#include "base/strings.h"
#include "rpc/server_options.h"

namespace quorate::testing {
namespace {

constexpr uint16_t kStep = 10;  // from one node's ports to the next one's

using Nodes = std::vector<ring::NodeInfo>;

absl::Status Bad(std::string_view reason, std::string_view message) {
  return MakeError(absl::StatusCode::kInvalidArgument, reason, message);
}

std::string ListPath(const std::string& data_dir) { return data_dir + "/cluster"; }

std::string ToList(const Nodes& nodes) {
  std::string list;
  for (const ring::NodeInfo& node : nodes) {
    StrAppend(&list, list.empty() ? "" : ",", node.id.value(), "=", node.client_address, "/",
              node.peer_address, node.zone.empty() ? "" : "/", node.zone);
  }
  return list;
}

std::optional<std::string> ReadList(const std::string& data_dir) {
  std::ifstream file(ListPath(data_dir));
  std::string list;
  if (data_dir.empty() || !std::getline(file, list)) return std::nullopt;
  return list;
}

absl::Status WriteList(const std::string& data_dir, const std::string& list) {
  std::error_code error;
  std::filesystem::create_directories(data_dir, error);
  std::ofstream file(ListPath(data_dir), std::ios::trunc);
  file << list << '\n';
  file.flush();
  if (file) return absl::OkStatus();
  return MakeError(absl::StatusCode::kFailedPrecondition, "NO_DATA_DIR",
                   StrCat("cannot write to the folder ", data_dir, "; name another"));
}

absl::StatusOr<Nodes> FromList(const ClusterOptions& options, const std::string& list) {
  absl::StatusOr<Nodes> nodes = rpc::ParseBootstrap(list);
  if (!nodes.ok()) {
    return Bad("FOREIGN_CLUSTER",
               StrCat(ListPath(options.data_dir), " is damaged: ", nodes.status().message()));
  }
  if (nodes->size() != options.nodes) {
    return Bad("FOREIGN_CLUSTER", StrCat("the folder ", options.data_dir, " has a cluster of ",
                                         nodes->size(), " nodes, not ", options.nodes));
  }
  const std::string& first = nodes->front().client_address;
  if (!options.listen.empty() && options.listen != first && !options.listen_elsewhere) {
    return Bad("FOREIGN_CLUSTER",
               StrCat("the folder ", options.data_dir, " has a cluster that listens at ", first,
                      ", not at ", options.listen));
  }
  return nodes;
}

ring::NodeInfo NodeAt(const ClusterOptions& options, uint32_t i) {
  ring::NodeInfo node;
  node.id = NodeId(i + 1);
  if (i < options.zones.size()) node.zone = options.zones[i];
  return node;
}

absl::StatusOr<Nodes> FromListen(const ClusterOptions& options) {
  absl::StatusOr<rpc::Address> at = rpc::ParseAddress(options.listen);
  if (!at.ok()) return at.status();
  if (!at->IsLoopback() || at->port + kStep * options.nodes > 65535) {
    return Bad("BAD_VALUE", StrCat("listen: ", options.listen,
                                   ": an address of this machine "
                                   "alone is wanted, such as 127.0.0.1:7400, with room for ",
                                   kStep, " ports of each node"));
  }
  Nodes nodes;
  for (uint32_t i = 0; i < options.nodes; ++i, at->port = at->port + kStep) {
    ring::NodeInfo node = NodeAt(options, i);
    const rpc::Address peer{at->host, static_cast<uint16_t>(at->port + 1)};
    for (const rpc::Address& one : {*at, peer}) {
      if (absl::Status free = rpc::CheckCanListen(one, "listen"); !free.ok()) return free;
    }
    node.client_address = at->ToString();
    node.peer_address = peer.ToString();
    nodes.push_back(std::move(node));
  }
  return nodes;
}

absl::StatusOr<Nodes> OnFreePorts(const ClusterOptions& options, ReservedPorts& ports) {
  Nodes nodes;
  for (uint32_t i = 0; i < options.nodes; ++i) {
    ring::NodeInfo node = NodeAt(options, i);
    for (std::string* address : {&node.client_address, &node.peer_address}) {
      absl::StatusOr<std::string> reserved = ports.Reserve();
      if (!reserved.ok()) return reserved.status();
      *address = *std::move(reserved);
    }
    nodes.push_back(std::move(node));
  }
  return nodes;
}

absl::StatusOr<Nodes> PlanNodes(const ClusterOptions& options, ReservedPorts& ports) {
  if (const auto list = ReadList(options.data_dir)) return FromList(options, *list);
  if (options.listen.empty()) return OnFreePorts(options, ports);
  absl::StatusOr<Nodes> nodes = FromListen(options);
  const bool taken = absl::IsUnavailable(nodes.status());
  return taken && options.listen_elsewhere ? OnFreePorts(options, ports) : nodes;
}

// Whether the nodes listen as FromListen has them, with room beside.
bool AreSpread(const Nodes& nodes) {
  const auto first = rpc::ParseAddress(nodes.front().client_address);
  for (size_t i = 0; first.ok() && i < nodes.size(); ++i) {
    rpc::Address at{first->host, static_cast<uint16_t>(first->port + kStep * i)};
    if (nodes[i].client_address != at.ToString()) return false;
    ++at.port;
    if (nodes[i].peer_address != at.ToString()) return false;
  }
  return first.ok();
}

// Beside the clients' where there is room; nobody has to find it again.
absl::StatusOr<std::string> HttpOf(const ring::NodeInfo& node, bool room, ReservedPorts& ports) {
  absl::StatusOr<rpc::Address> at = rpc::ParseAddress(node.client_address);
  if (!at.ok()) return at.status();
  at->port = static_cast<uint16_t>(at->port + 2);
  if (room && rpc::CheckCanListen(*at, "listen").ok()) return at->ToString();
  return ports.Reserve();
}

}  // namespace

ReservedPorts::~ReservedPorts() {
  for (const int one : sockets_) close(one);
}

// A socket that is bound and does not listen keeps the port from being given
// away, and not from those who listen with SO_REUSEADDR.
absl::StatusOr<std::string> ReservedPorts::Reserve() {
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockets_.push_back(fd);
  const int yes = 1;
  setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof(address);
  auto* generic = reinterpret_cast<sockaddr*>(&address);
  if (fd < 0 || bind(fd, generic, size) != 0 || getsockname(fd, generic, &size) != 0) {
    return MakeError(absl::StatusCode::kUnavailable, "CANNOT_LISTEN",
                     "the system has no free port of the loopback left");
  }
  return StrCat("127.0.0.1:", ntohs(address.sin_port));
}

absl::StatusOr<Addresses> PlanAddresses(const ClusterOptions& options, ReservedPorts& ports) {
  const absl::StatusOr<Nodes> nodes = PlanNodes(options, ports);
  if (!nodes.ok()) return nodes.status();
  Addresses addresses{ToList(*nodes), {}};
  for (const ring::NodeInfo& node : *nodes) {
    absl::StatusOr<std::string> http = HttpOf(node, AreSpread(*nodes), ports);
    if (!http.ok()) return http.status();
    addresses.http.push_back(*std::move(http));
  }
  if (!options.data_dir.empty()) {
    if (absl::Status kept = WriteList(options.data_dir, addresses.bootstrap); !kept.ok()) {
      return kept;
    }
  }
  return addresses;
}

}  // namespace quorate::testing
