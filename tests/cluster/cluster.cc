#include "cluster/cluster.h"

#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <filesystem>

#include "quorate/v1/kv.grpc.pb.h"

namespace quorate::testing {
namespace {

std::string MakeFolder() {
  std::string path = (std::filesystem::temp_directory_path() / "quorate-XXXXXX").string();
  return mkdtemp(path.data());
}

std::string LoopbackAt(int port) { return "127.0.0.1:" + std::to_string(port); }

// Mounted where only the process sees it.
std::vector<std::string> OnADiskOfItsOwn(std::vector<std::string> command, const std::string& path,
                                         uint64_t bytes) {
  const std::string mount = "mount -t tmpfs -o size=" + std::to_string(bytes) + " tmpfs " + path;
  std::vector<std::string> wrapped = {"/usr/bin/unshare", "--mount"};
  if (getuid() != 0) wrapped.push_back("--map-root-user");
  wrapped.insert(wrapped.end(), {"/bin/sh", "-c", mount + " && exec \"$@\"", "sh"});
  wrapped.insert(wrapped.end(), command.begin(), command.end());
  return wrapped;
}

}  // namespace

Cluster::Cluster(int nodes, std::vector<std::string> flags, uint64_t disk_bytes,
                 std::vector<std::string> zones, Build build)
    : folder_(MakeFolder()),
      beginners_(nodes),
      flags_(std::move(flags)),
      disk_bytes_(disk_bytes),
      zones_(std::move(zones)) {
  EXPECT_TRUE(ports_.first() != 0 && 3 * nodes <= Ports::kCount) << "not enough free ports";
  nodes_.resize(static_cast<size_t>(nodes));
  for (Member& member : nodes_) member.build = build;
  for (int node = 1; node <= nodes; ++node) Start(node);
  WaitReady();
}

Cluster::~Cluster() {
  if (::testing::Test::HasFailure()) {
    for (int node = 1; node <= static_cast<int>(nodes_.size()); ++node) {
      std::fprintf(stderr, "--- log of n%d\n%s", node, log(node).c_str());
    }
  }
  nodes_.clear();
  std::filesystem::remove_all(folder_);
}

std::vector<std::string> Cluster::JoinedCommandLine(int node) const {
  // One that is still to join is not among them.
  const Build build = node <= size() ? nodes_[Index(node)].build : Build();
  std::vector<std::string> command = {std::string(QUORATE_BIN_DIR) + "/" + build.program,
                                      "--data-dir",
                                      data_dir(node),
                                      "--listen",
                                      LoopbackAt(client_port(node)),
                                      "--peer-listen",
                                      LoopbackAt(peer_port(node)),
                                      "--http-listen",
                                      LoopbackAt(http_port(node))};
  command.insert(command.end(), flags_.begin(), flags_.end());
  command.insert(command.end(), build.flags.begin(), build.flags.end());
  return command;
}

std::vector<std::string> Cluster::CommandLine(int node) const {
  std::string bootstrap;
  for (int i = 1; i <= beginners_; ++i) {
    bootstrap += (i > 1 ? "," : "") + std::to_string(i) + "=" + LoopbackAt(client_port(i)) + "/" +
                 LoopbackAt(peer_port(i));
    if (!zones_.empty()) bootstrap += "/" + zones_[Index(i)];
  }
  std::vector<std::string> command = JoinedCommandLine(node);
  command.insert(command.end(), {"--node-id", std::to_string(node), "--cluster-id", "test",
                                 "--bootstrap", bootstrap});
  return command;
}

int Cluster::Join(std::vector<std::string> flags, int seed, const std::string& program) {
  nodes_.emplace_back();
  EXPECT_LE(3 * size(), Ports::kCount) << "not enough free ports";
  JoinAgain(size(), std::move(flags), seed, program);
  return size();
}

void Cluster::JoinAgain(int node, std::vector<std::string> flags, int seed,
                        const std::string& program) {
  std::vector<std::string> command = JoinedCommandLine(node);
  command[0] = std::string(QUORATE_BIN_DIR) + "/" + program;
  command.insert(command.end(), {"--join", LoopbackAt(client_port(seed))});
  command.insert(command.end(), flags.begin(), flags.end());
  nodes_[Index(node)].process = std::make_unique<Process>(std::move(command), LogFile(node));
}

void Cluster::Start(int node) {
  std::vector<std::string> command =
      node > beginners_ ? JoinedCommandLine(node) : CommandLine(node);
  if (disk_bytes_ != 0) {
    std::filesystem::create_directories(data_dir(node));
    command = OnADiskOfItsOwn(std::move(command), data_dir(node), disk_bytes_);
  }
  nodes_[Index(node)].process = std::make_unique<Process>(std::move(command), LogFile(node));
}

void Cluster::Kill(int node) {
  process(node).Signal(SIGKILL);
  process(node).Wait();
}

int Cluster::Terminate(int node) {
  process(node).Signal(SIGTERM);
  return process(node).Wait();
}

void Cluster::WaitReady(int node) {
  const bool ready = Eventually(
      [&] { return !process(node).running() || !HttpGet(http_port(node), "/readyz").empty(); });
  ASSERT_TRUE(ready && process(node).running()) << "n" << node << " is not ready\n" << log(node);
}

void Cluster::WaitReady() {
  for (size_t i = 0; i < nodes_.size(); ++i) {
    if (nodes_[i].process && nodes_[i].process->running()) WaitReady(static_cast<int>(i) + 1);
  }
}

std::string Cluster::endpoints() const {
  std::string all;
  for (int node = 1; node <= static_cast<int>(nodes_.size()); ++node) {
    all += (node > 1 ? "," : "") + ("127.0.0.1:" + std::to_string(client_port(node)));
  }
  return all;
}

std::string Cluster::data_dir(int node) const { return folder_ + "/n" + std::to_string(node); }
std::string Cluster::data_dir_inside(int node) {
  return "/proc/" + std::to_string(process(node).pid()) + "/root" + data_dir(node);
}
std::string Cluster::LogFile(int node) const { return data_dir(node) + ".log"; }

Client Cluster::Connect() const {
  auto client = Client::Connect(endpoints(), {.deadline = absl::Seconds(20)});
  if (!client.ok()) {
    ADD_FAILURE() << client.status();
    std::abort();
  }
  return *client;
}

Client Cluster::Through(int node) const {
  auto client = Client::Connect("127.0.0.1:" + std::to_string(client_port(node)),
                                {.deadline = absl::Seconds(10)});
  EXPECT_TRUE(client.ok()) << client.status();
  return *std::move(client);
}

Client Cluster::Only(int node) const {
  auto client = Client::Connect("127.0.0.1:" + std::to_string(client_port(node)),
                                {.deadline = absl::Seconds(10), .only_endpoints = true});
  EXPECT_TRUE(client.ok()) << client.status();
  return *std::move(client);
}

Keyspace Cluster::Create(Client& client, const std::string& name, uint32_t partitions) const {
  const auto made = client.CreateKeyspace(name, {.partitions = partitions});
  EXPECT_TRUE(made.ok()) << made.status();
  EXPECT_TRUE(Eventually([&] {
    const auto state = client.DescribeKeyspace(name);
    if (!state.ok()) return false;
    const auto leaders = std::count_if(state->replicas.begin(), state->replicas.end(),
                                       [](const auto& r) { return r.role == "leader"; });
    return leaders == static_cast<int64_t>(partitions);
  })) << "not every partition of "
      << name << " has a leader";
  return client.Keyspace(name);
}

// By bare gRPC: a client asks whichever replica is nearest.
std::string Cluster::HasAt(int node, const std::string& keyspace, const std::string& key,
                           const ReadOptions& options) const {
  const auto stub = v1::Kv::NewStub(grpc::CreateChannel(
      "127.0.0.1:" + std::to_string(client_port(node)), grpc::InsecureChannelCredentials()));
  v1::GetRequest request;
  request.set_keyspace(keyspace);
  request.set_key(key);
  request.set_level(static_cast<v1::Level>(options.level));
  request.mutable_read()->set_bound_us(
      static_cast<uint64_t>(absl::ToInt64Microseconds(options.bound)));
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(5));
  v1::GetResponse response;
  const bool answered = stub->Get(&context, request, &response).ok();
  const bool here = response.receipt().served_by() == static_cast<uint64_t>(node);
  return answered && here ? response.value() : "";
}

int Cluster::LeaderOf(Client& client, const std::string& keyspace, const std::string& key) const {
  int leader = 0;
  EXPECT_TRUE(Eventually([&] {
    const auto state = client.DescribeKeyspace(keyspace);
    if (!state.ok()) return false;
    const PartitionId partition = state->keyspace.PartitionOf(key)->id;
    for (const auto& replica : state->replicas) {
      if (replica.partition == partition && replica.role == "leader") {
        leader = static_cast<int>(replica.node.value());
      }
    }
    return leader != 0;
  })) << "nobody leads the partition of "
      << key;
  return leader;
}

Refusal RunToEnd(const std::vector<std::string>& command) {
  const std::string folder = MakeFolder();
  Refusal refusal;
  {
    Process process(command, folder + "/out");
    refusal.exit_code = process.Wait();
  }
  refusal.output = ReadFile(folder + "/out");
  std::filesystem::remove_all(folder);
  return refusal;
}

}  // namespace quorate::testing
