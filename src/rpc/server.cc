#include "rpc/server.h"

#include <grpcpp/health_check_service_interface.h>

#include <algorithm>
#include <chrono>
#include <thread>
#include <utility>

#include "absl/synchronization/notification.h"
#include "absl/time/clock.h"
#include "base/boot.h"
#include "rpc/grpc_server.h"
#include "rpc/peer_listener.h"

namespace quorate::rpc {
namespace {

// How long a server that shuts down waits for calls that have been answered to
// leave.
constexpr absl::Duration kShutdownGrace = absl::Seconds(3);
constexpr absl::Duration kCallsPause = absl::Milliseconds(5);
// And then for clients to close their connections.
constexpr absl::Duration kFarewellMax = absl::Milliseconds(500);
// Before that: until no call has come for so long, and for so long at most.
constexpr absl::Duration kNobodyCallsFor = absl::Milliseconds(100);
constexpr absl::Duration kTurningAwayMax = absl::Seconds(1);

uint32_t WorkersOf(const ServerOptions& options) {
  if (options.workers > 0) return static_cast<uint32_t>(options.workers);
  // The other half is for gRPC's threads, the log's and RocksDB's.
  return std::max(1u, std::thread::hardware_concurrency() / 2);
}

NodeOptions NodeOptionsOf(const ServerOptions& options, const ServerPlan& plan,
                          const StorageStack& storage, const NodeBugs& bugs) {
  NodeOptions node;
  node.bugs = bugs;
  node.cluster_id = options.cluster_id;
  node.self = NodeId(options.node_id);
  node.boot = storage.boot;
  node.log_record = storage.log_record;
  node.bootstrap = plan.bootstrap;
  node.topology = plan.topology;
  node.workers = WorkersOf(options);
  node.tick = options.tick;
  node.heartbeat_ticks = static_cast<uint32_t>(options.heartbeat_ticks);
  node.election_ticks = static_cast<uint32_t>(options.election_ticks);
  node.quiet_after_ticks = static_cast<uint32_t>(options.quiet_after_ticks);
  node.rebalance_interval = options.rebalance_interval;
  const bool never = options.dead_after == absl::ZeroDuration();
  node.dead_after = never ? absl::InfiniteDuration() : options.dead_after;
  node.leaver_patience = std::min(node.dead_after, node.leaver_patience);
  node.move_bytes_per_second = options.move_rate;
  node.moves_at_once = static_cast<uint32_t>(options.moves_at_once);
  node.clock_skew_max = options.clock_skew_max;
  node.hedge_permille = static_cast<uint32_t>(options.hedge_reads);
  node.uncommitted_bytes_max = options.uncommitted_bytes_max;
  node.queued_inputs_max = options.queued_requests_max;
  node.disk_reserve_bytes = options.disk_reserve_bytes;
  node.hints_bytes_max = options.hints_bytes_max;
  node.snapshot_chunk_bytes = options.snapshot_chunk_bytes;
  node.group_log_bytes_max = options.log_cache_bytes;
  node.log_flush_bytes = options.log_flush_bytes;
  return node;
}

grpc::ChannelArguments Unbounded() {
  grpc::ChannelArguments arguments;
  arguments.SetMaxReceiveMessageSize(-1);
  arguments.SetMaxSendMessageSize(-1);
  return arguments;
}

std::shared_ptr<grpc::Channel> InnerChannel(grpc::Server& server) {
  return server.InProcessChannel(Unbounded());
}

}  // namespace

namespace {

void TellRoom(spdlog::logger& log, const DiskRoom& disk) {
  if (disk.room() == Room::kEnough) {
    return log.info("the disk has room again: {} bytes", disk.free_bytes());
  }
  log.error("the disk is nearly full: {} bytes are free, {} are kept back; {}", disk.free_bytes(),
            disk.reserve_bytes(),
            disk.room() == Room::kReserved
                ? "nothing that grows is begun, reads and deletes go on"
                : "nothing that grows is taken, not even from other nodes");
}

Passes BothPass(const FaultSwitch& faults, const Passes& network) {
  return [&faults, network](NodeId to) { return faults.Passes(to) && (!network || network(to)); };
}

}  // namespace

Server::Server(const ServerOptions& options, const ServerEdges& edges)
    : options_(options),
      env_(edges.env),
      log_lines_(edges.log),
      bugs_(edges.bugs),
      learners_(edges.learners),
      protocol_(edges.protocol),
      passes_(options.fault_switch ? BothPass(faults_, edges.passes) : edges.passes),
      gate_(edges.gate),
      started_(env_.Monotonic()),
      threads_(WorkersOf(options), env_),
      transport_(NodeId(options.node_id), env_, SocketsOfWorkers(), edges.log, passes_),
      slow_requests_(log_lines_, options_.slow_request),
      call_watch_(env_, call_metrics_, slow_requests_) {}

absl::StatusOr<std::unique_ptr<Server>> Server::Start(const ServerOptions& options,
                                                      const ServerPlan& plan, ServerEdges edges,
                                                      std::function<void(absl::Status)> fatal) {
  const std::pair<const Address&, std::string_view> ports[] = {{plan.listen, "listen"},
                                                               {plan.peer_listen, "peer-listen"},
                                                               {plan.http_listen, "http-listen"}};
  for (const auto& [address, setting] : ports) {
    if (absl::Status free = CheckCanListen(address, setting); !free.ok()) return free;
  }
  if (edges.disk == nullptr) edges.disk = FolderDisk(options);
  absl::StatusOr<StorageStack> storage =
      OpenStorage(*edges.disk, options, edges.env, edges.bugs.raft.trust_log_tail);
  if (!storage.ok()) return storage.status();
  std::unique_ptr<Server> server(new Server(options, edges));
  absl::Status opened = server->OpenNode(plan, *std::move(storage), std::move(fatal));
  if (!opened.ok()) return opened;
  if (absl::Status listening = server->Listen(plan); !listening.ok()) return listening;
  const LogThread& log = *server->log_;
  // While a write is under way, what follows waits for it anyway.
  server->threads_.Start(*server->node_, [&log] { return log.writing(); });
  return server;
}

absl::Status Server::OpenNode(const ServerPlan& plan, StorageStack storage,
                              std::function<void(absl::Status)> fatal) {
  storage_ = std::move(storage);
  if (bugs_.keep_boot) storage_.boot = NextBoot(Boot(), 0);
  NodeOptions node_options = NodeOptionsOf(options_, plan, storage_, bugs_);
  node_options.learners = learners_;
  node_options.protocol = protocol_;
  const Edges edges{env_,       *storage_.root, *storage_.engine, *storage_.expired,
                    transport_, threads_};
  auto node = Node::Open(node_options, edges, std::move(storage_.recovered));
  if (!node.ok()) return node.status();
  node_ = *std::move(node);
  transport_.OnLost([this](NodeId peer) { node_->OnPeerDisconnected(peer); });
  transport_.OnDisowned(
      [this](NodeId peer, const absl::Status& why) { node_->OnDisowned(peer, why); });
  LogDeviceEvents events;
  events.durable = [this](SyncProof proof) {
    const WorkerThreads::Host host(!log_->waiting());
    node_->OnDurable(proof);
  };
  events.failed = [this](absl::Status status) { node_->OnLogFailed(std::move(status)); };
  log_ =
      std::make_unique<LogThread>(*storage_.log_files, std::move(storage_.log), std::move(events));
  log_marker_ = std::make_unique<LogMarker>(*std::move(storage_.log_mark), *log_);
  node_->Start(*log_, std::move(fatal));
  return absl::OkStatus();
}

absl::Status Server::Listen(const ServerPlan& plan) {
  const NodeId self(options_.node_id);
  collector_ = std::make_unique<StatusCollector>(
      *node_, env_, *storage_.engine, *log_, ProcessFacts{self, storage_.boot, started_, protocol_},
      passes_);
  kv_ = std::make_unique<KvService>(
      *node_, env_, call_watch_,
      KvOptions{RequestLimits{options_.value_bytes_max}, options_.request_timeout});
  admin_ = std::make_unique<AdminService>(*node_, env_, *collector_, call_metrics_, self,
                                          options_.request_timeout, log_lines_,
                                          options_.fault_switch ? &faults_ : nullptr);
  backup_ = std::make_unique<BackupService>(
      ArcWorld{*node_, env_, *storage_.engine, *storage_.expired, self});
  peers_ = std::make_unique<PeerIntake>(
      PeerEvents{[this](NodeId peer) { transport_.RetryNow(peer); },
                 [this](std::string_view frame) { return node_->ReceiveFrame(frame); },
                 [this](NodeId peer) { node_->OnPeerDisconnected(peer); }},
      log_lines_, gate_);
  EnableStandardServices();
  const absl::Status listening =
      ListenForPeers(plan.peer_listen, "peer-listen", SocketsOfWorkers(), *peers_, env_);
  if (!listening.ok()) return listening;
  inner_server_ =
      StartInnerServer(limits::kMessageBytesMax, {&kv_shape_, admin_.get(), backup_.get()});
  client_calls_ = std::make_unique<ClientCalls>(*kv_, InnerChannel(*inner_server_));
  auto port = ClientPort::Open(
      plan.listen, "listen", [this]() -> SocketPoll& { return threads_.NextSockets(); },
      *client_calls_);
  if (!port.ok()) return port.status();
  client_port_ = *std::move(port);
  auto http = HttpServer::Start(plan.http_listen.host, plan.http_listen.port, MakePages());
  if (!http.ok()) return http.status();
  http_ = *std::move(http);
  UpdateHealth();
  return absl::OkStatus();
}

void Server::UpdateHealth() {
  if (const Room room = node_->disk().room(); room != disk_told_) {
    disk_told_ = room;
    TellRoom(*log_lines_, node_->disk());
  }
  const int serving = ready() ? 1 : 0;
  if (serving == health_told_) return;
  health_told_ = serving;
  log_lines_->info(serving ? "ready: every partition here has a leader" : "not ready");
  if (auto* health = inner_server_->GetHealthCheckService()) {
    health->SetServingStatus(serving == 1);
  }
}

void Server::Drain() {
  draining_ = true;
  UpdateHealth();
  kv_->EndStreams();
  auto drained = std::make_shared<absl::Notification>();
  node_->Drain(env_.Monotonic() + options_.drain_timeout, [drained] { drained->Notify(); });
  if (!drained->WaitForNotificationWithTimeout(options_.drain_timeout + absl::Seconds(1))) {
    log_lines_->warn("gave up waiting for leaderships to be taken over");
  }
  AwaitNoCalls();
  CloseClientPort();
}

// A call that meets the end of its connection cannot be told from one that was begun. So those that
// still call are told to go elsewhere, until they have.
void Server::AwaitNoCalls() {
  const absl::Duration until = env_.Monotonic() + kTurningAwayMax;
  for (uint64_t before = ~uint64_t{0}; env_.Monotonic() < until;) {
    const uint64_t now = node_->turned_away();
    if (now == before) return;
    before = now;
    absl::SleepFor(kNobodyCallsFor);
  }
}

// What was answered may still be on its way out.
void Server::CloseClientPort() {
  if (client_port_ == nullptr) return;
  client_port_->Refuse();
  const absl::Duration until = env_.Monotonic() + kShutdownGrace;
  while (client_port_->calls() > 0 && env_.Monotonic() < until) absl::SleepFor(kCallsPause);
  // What a client sends to a connection that is closed makes it forget what it was told before:
  // that it was not begun.
  const absl::Duration farewell = env_.Monotonic() + kFarewellMax;
  while (client_port_->connections() > 0 && env_.Monotonic() < farewell) {
    absl::SleepFor(kCallsPause);
  }
  client_port_->Break();
  if (inner_server_ == nullptr) return;
  inner_server_->Shutdown(std::chrono::system_clock::now());
  inner_server_->Wait();
}

// From the outside in: nobody may call what is gone already.
Server::~Server() {
  http_.reset();
  CloseClientPort();
  transport_.Close();
  if (storage_.room_wait != nullptr) storage_.room_wait->GiveUp();
  threads_.Stop();
  client_port_.reset();
  if (log_ != nullptr) {
    log_->Stop();
    log_marker_.reset();
  }
  log_.reset();
  backup_.reset();
  node_.reset();
}

}  // namespace quorate::rpc
