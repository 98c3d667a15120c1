#include "testing/cluster.h"

#include <spdlog/sinks/stdout_sinks.h>

#include <algorithm>
#include <thread>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/clock.h"
#include "base/error.h"
#include "base/strings.h"
#include "client/client.h"
#include "rpc/grpc_threads.h"
#include "testing/addresses.h"
#include "testing/member.h"
#include "testing/network.h"

namespace quorate::testing {
namespace {

constexpr uint32_t kNodesMax = 9;
constexpr uint32_t kWorkersMax = 16;
constexpr absl::Duration kStep = absl::Milliseconds(5);  // from one look to the next
constexpr absl::Duration kHealthStep = absl::Milliseconds(50);
constexpr uint64_t kMiB = 1 << 20;

absl::Status CheckCount(std::string_view name, uint32_t count, uint32_t most) {
  if (count >= 1 && count <= most) return absl::OkStatus();
  return MakeError(absl::StatusCode::kInvalidArgument, "BAD_VALUE",
                   StrCat(name, ": ", count, ": 1 to ", most, " are possible"));
}

absl::Status CheckOptions(const ClusterOptions& options) {
  const absl::Status nodes = CheckCount("nodes", options.nodes, kNodesMax);
  return nodes.ok() ? CheckCount("workers", options.workers, kWorkersMax) : nodes;
}

// Small files and caches, and elections that are over before anybody has
// begun to wait; all else as in a process of its own.
rpc::ServerOptions SettingsOf(const ClusterOptions& options, const Addresses& addresses,
                              const ring::NodeInfo& node) {
  rpc::ServerOptions settings;
  settings.node_id = node.id.value();
  settings.cluster_id = "embedded";
  settings.data_dir = StrCat(options.data_dir, "/node-", settings.node_id);
  settings.bootstrap = addresses.bootstrap;
  settings.listen = node.client_address;
  settings.peer_listen = node.peer_address;
  settings.http_listen = addresses.http[settings.node_id - 1];
  settings.workers = options.workers;
  settings.tick = absl::Milliseconds(20);
  settings.drain_timeout = absl::Seconds(3);
  settings.log_segment_bytes = 8 * kMiB;
  settings.log_flush_bytes = 32 * kMiB;
  settings.memtable_bytes = 8 * kMiB;
  settings.block_cache_bytes = 32 * kMiB;
  settings.disk_reserve_bytes = 64 * kMiB;
  return settings;
}

std::shared_ptr<spdlog::logger> LoggerOf(const ClusterOptions& options, uint64_t node) {
  static const auto sink = std::make_shared<spdlog::sinks::stderr_sink_mt>();
  auto log = std::make_shared<spdlog::logger>(StrCat("n", node), sink);
  log->set_pattern("%Y-%m-%dT%H:%M:%S.%fZ %l %n %v", spdlog::pattern_time_type::utc);
  log->set_level(spdlog::level::from_str(options.log_level));
  return log;
}

void EndProcess(const absl::Status& status) {
  std::fprintf(stderr, "quorate: %s\n", status.ToString().c_str());
  std::abort();
}

bool AllLed(const KeyspaceState& state) {
  size_t leaders = 0;
  for (const ReplicaDescription& one : state.replicas) leaders += one.role == "leader" ? 1 : 0;
  return leaders == state.keyspace.partitions.size();
}

absl::Status Late(std::string_view what) {
  return MakeError(absl::StatusCode::kDeadlineExceeded, "NOT_READY", what);
}

}  // namespace

class Cluster::Impl {
 public:
  explicit Impl(ClusterOptions options) : options_(std::move(options)), network_(options_.nodes) {
    if (!options_.on_failure) options_.on_failure = EndProcess;
  }
  ~Impl();

  absl::Status Start();
  absl::Status AwaitReady(uint32_t first, uint32_t last);

  const ClusterOptions& options() const { return options_; }
  Network& network() { return network_; }
  // Constant after Start.
  const rpc::ServerOptions& settings(uint32_t node) const { return members_[node - 1]->options(); }

  // INVALID_ARGUMENT if there is no such node.
  template <class Do>
  absl::Status With(uint32_t node, Do what) {
    if (absl::Status known = network_.CheckNode(node); !known.ok()) return known;
    absl::MutexLock lock(&mutex_);
    return what(*members_[node - 1]);
  }

 private:
  absl::Status MakeMembers();
  absl::Status StartMembers();
  absl::Status MakeKeyspace(absl::Time deadline);
  void LookAfterHealth();

  ClusterOptions options_;
  const rpc::GrpcThreads grpc_threads_{rpc::GrpcThreads::Serve::kTogether};
  ReservedPorts ports_;
  Network network_;
  absl::Mutex mutex_;  // held by whoever does something with a member
  bool ending_ ABSL_GUARDED_BY(mutex_) = false;
  std::vector<std::unique_ptr<Member>> members_;
  std::thread health_;
};

absl::Status Cluster::Impl::MakeMembers() {
  const absl::StatusOr<Addresses> addresses = PlanAddresses(options_, ports_);
  if (!addresses.ok()) return addresses.status();
  const auto nodes = rpc::ParseBootstrap(addresses->bootstrap);
  if (!nodes.ok()) return nodes.status();
  for (const ring::NodeInfo& node : *nodes) {
    const auto id = static_cast<uint32_t>(node.id.value());
    auto memory =
        options_.data_dir.empty() ? std::make_shared<MemoryDisk>(SystemEnv().Random()) : nullptr;
    members_.push_back(std::make_unique<Member>(
        SettingsOf(options_, *addresses, node), std::move(memory),
        [this, id](NodeId to) { return network_.Passes(id, static_cast<uint32_t>(to.value())); },
        LoggerOf(options_, id), options_.on_failure));
  }
  return absl::OkStatus();
}

// All at once: each waits for its own disk.
absl::Status Cluster::Impl::StartMembers() {
  std::vector<absl::Status> started(members_.size());
  std::vector<std::thread> threads;
  for (size_t i = 0; i < members_.size(); ++i) {
    threads.emplace_back([&, i] { started[i] = members_[i]->Start(); });
  }
  for (std::thread& one : threads) one.join();
  for (const absl::Status& one : started) {
    if (!one.ok()) return one;
  }
  return absl::OkStatus();
}

absl::Status Cluster::Impl::Start() {
  const absl::Time deadline = absl::Now() + options_.start_timeout;
  if (absl::Status made = MakeMembers(); !made.ok()) return made;
  if (absl::Status started = StartMembers(); !started.ok()) return started;
  health_ = std::thread([this] { LookAfterHealth(); });
  if (absl::Status ready = AwaitReady(1, options_.nodes); !ready.ok()) return ready;
  return options_.keyspace.empty() ? absl::OkStatus() : MakeKeyspace(deadline);
}

// Nothing to wait on: an election tells nobody outside.
absl::Status Cluster::Impl::AwaitReady(uint32_t first, uint32_t last) {
  const absl::Time deadline = absl::Now() + options_.start_timeout;
  for (uint32_t node = first; node <= last; ++node) {
    const auto ready = [this, node] {
      absl::MutexLock lock(&mutex_);
      return members_[node - 1]->ready();
    };
    while (!ready()) {
      if (absl::Now() > deadline) {
        return Late(StrCat("node ", node, " does not become ready: has it a majority?"));
      }
      absl::SleepFor(kStep);
    }
  }
  return absl::OkStatus();
}

absl::Status Cluster::Impl::MakeKeyspace(absl::Time deadline) {
  auto client = Client::Connect(settings(1).listen, {.deadline = options_.start_timeout});
  if (!client.ok()) return client.status();
  const auto made = client->CreateKeyspace(options_.keyspace);
  if (!made.ok() && !absl::IsAlreadyExists(made.status())) return made.status();
  while (absl::Now() < deadline) {
    const auto state = client->DescribeKeyspace(options_.keyspace);
    if (state.ok() && AllLed(*state)) return absl::OkStatus();
    absl::SleepFor(kStep);
  }
  return Late(StrCat("keyspace ", options_.keyspace, ": not every partition has a leader"));
}

void Cluster::Impl::LookAfterHealth() {
  absl::MutexLock lock(&mutex_);
  while (!mutex_.AwaitWithTimeout(absl::Condition(&ending_), kHealthStep)) {
    for (const auto& member : members_) member->UpdateHealth();
  }
}

Cluster::Impl::~Impl() {
  {
    absl::MutexLock lock(&mutex_);
    ending_ = true;
  }
  if (health_.joinable()) health_.join();
  std::vector<std::thread> threads;
  for (const auto& member : members_) threads.emplace_back([&member] { member->End(); });
  for (std::thread& one : threads) one.join();
}

Cluster::Cluster(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Cluster::~Cluster() = default;

absl::StatusOr<std::unique_ptr<Cluster>> Cluster::Start(ClusterOptions options) {
  if (absl::Status sound = CheckOptions(options); !sound.ok()) return sound;
  auto impl = std::make_unique<Impl>(std::move(options));
  if (absl::Status started = impl->Start(); !started.ok()) return started;
  return std::unique_ptr<Cluster>(new Cluster(std::move(impl)));
}

uint32_t Cluster::nodes() const { return impl_->options().nodes; }

std::string Cluster::endpoints() const {
  std::string all;
  for (uint32_t node = 1; node <= nodes(); ++node) {
    StrAppend(&all, all.empty() ? "" : ",", endpoint(node));
  }
  return all;
}

std::string Cluster::endpoint(uint32_t node) const {
  return impl_->network().CheckNode(node).ok() ? impl_->settings(node).listen : "";
}

std::string Cluster::http_endpoint(uint32_t node) const {
  return impl_->network().CheckNode(node).ok() ? impl_->settings(node).http_listen : "";
}

absl::Status Cluster::Partition(const std::vector<std::vector<uint32_t>>& groups) {
  return impl_->network().Partition(groups);
}

absl::Status Cluster::Cut(uint32_t from, uint32_t to) { return impl_->network().Cut(from, to); }

void Cluster::Heal() { impl_->network().Heal(); }

absl::Status Cluster::Stop(uint32_t node) {
  return impl_->With(node, [](Member& member) {
    member.Stop();
    return absl::OkStatus();
  });
}

absl::Status Cluster::Kill(uint32_t node) {
  return impl_->With(node, [](Member& member) {
    member.Kill();
    return absl::OkStatus();
  });
}

absl::Status Cluster::Restart(uint32_t node) {
  const absl::Status started = impl_->With(node, [](Member& member) { return member.Start(); });
  return started.ok() ? impl_->AwaitReady(node, node) : started;
}

}  // namespace quorate::testing
