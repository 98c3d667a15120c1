#include "own_cluster.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <utility>

#include "base/strings.h"
#include "call.h"
#include "wait.h"

namespace quorate::bench {
namespace {

constexpr absl::Duration kReadyMax = absl::Seconds(30);

bool IsReady(v1::Admin::Stub& admin, uint32_t nodes) {
  grpc::ClientContext context;
  SetDeadline(context);
  v1::ClusterStatus status;
  if (!admin.GetStatus(&context, v1::GetStatusRequest(), &status).ok()) return false;
  const auto reachable = std::count_if(status.nodes().begin(), status.nodes().end(),
                                       [](const v1::NodeStatus& node) { return node.reachable(); });
  return status.meta_leader() != 0 && reachable == nodes;
}

std::string LastLine(const std::string& file) {
  std::ifstream in(file);
  std::string last;
  for (std::string line; std::getline(in, line);) last = line;
  return last;
}

}  // namespace

absl::StatusOr<std::unique_ptr<OwnCluster>> OwnCluster::Start(const Surroundings& surroundings,
                                                              const std::string& name,
                                                              uint32_t nodes) {
  std::unique_ptr<OwnCluster> cluster(new OwnCluster());
  cluster->kvd_ = surroundings.kvd;
  cluster->folder_ = surroundings.folder + "/" + name;
  std::filesystem::remove_all(cluster->folder_);
  std::filesystem::create_directories(cluster->folder_);
  cluster->ports_ = surroundings.ports;
  for (uint32_t node = 1; node <= nodes; ++node) {
    if (absl::Status made = cluster->AddNode(); !made.ok()) return made;
    const Node& added = cluster->nodes_.back();
    StrAppend(&cluster->bootstrap_, node > 1 ? "," : "", node, "=", added.client, "/", added.peer);
  }
  for (uint32_t node = 1; node <= nodes; ++node) {
    if (absl::Status launched = cluster->Launch(node); !launched.ok()) return launched;
  }
  for (uint32_t node = 1; node <= nodes; ++node) {
    if (absl::Status ready = cluster->WaitUntilReady(node); !ready.ok()) return ready;
  }
  return cluster;
}

absl::Status OwnCluster::AddNode() {
  Node& added = nodes_.emplace_back();
  for (std::string* address : {&added.client, &added.peer, &added.http}) {
    auto port = ports_->Next();
    if (!port.ok()) return port.status();
    *address = *port;
  }
  added.admin = v1::Admin::NewStub(Connect(added.client));
  return absl::OkStatus();
}

absl::Status OwnCluster::Launch(uint32_t node) {
  return Launch(node,
                {"--node-id", StrCat(node), "--cluster-id", "kvbench", "--bootstrap", bootstrap_});
}

absl::StatusOr<uint32_t> OwnCluster::Join() {
  if (absl::Status added = AddNode(); !added.ok()) return added;
  absl::Status launched = Launch(size(), {"--join", address(1)});
  if (!launched.ok()) return launched;
  return size();
}

absl::Status OwnCluster::Launch(uint32_t node, std::vector<std::string> which) {
  Node& launched = nodes_[node - 1];
  std::vector<std::string> command = {kvd_,          "--data-dir",    StrCat(folder_, "/n", node),
                                      "--listen",    launched.client, "--peer-listen",
                                      launched.peer, "--http-listen", launched.http};
  std::move(which.begin(), which.end(), std::back_inserter(command));
  auto process = Process::Start(std::move(command), LogFile(node));
  if (!process.ok()) return process.status();
  launched.process = *std::move(process);
  return absl::OkStatus();
}

absl::Status OwnCluster::WaitUntilReady(uint32_t node) {
  const bool ready = WaitUntil(
      kReadyMax, [&] { return !process(node).running() || IsReady(admin(node), size()); });
  if (ready && process(node).running()) return absl::OkStatus();
  return absl::UnavailableError(
      StrCat("kvd number ", node, ready ? " ended: " : " is not ready: ", LastLine(LogFile(node))));
}

std::string OwnCluster::LogFile(uint32_t node) const { return StrCat(folder_, "/n", node, ".log"); }

std::vector<pid_t> OwnCluster::pids() const {
  std::vector<pid_t> pids;
  for (const Node& node : nodes_) {
    if (node.process != nullptr) pids.push_back(node.process->pid());
  }
  return pids;
}

std::vector<std::string> OwnCluster::http_addresses() const {
  std::vector<std::string> addresses;
  for (const Node& node : nodes_) addresses.push_back(node.http);
  return addresses;
}

std::string OwnCluster::endpoints() const {
  std::string all;
  for (const Node& node : nodes_) StrAppend(&all, all.empty() ? "" : ",", node.client);
  return all;
}

}  // namespace quorate::bench
