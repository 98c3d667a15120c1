// What a kvd process is: one node on real disks, sockets and threads. Several
// may share a process; nothing here is the process's own.
#pragma once

#include <grpcpp/server.h>
#include <spdlog/spdlog.h>

#include <atomic>
#include <functional>
#include <memory>

#include "absl/status/statusor.h"
#include "base/env.h"
#include "node/node.h"
#include "quorate/v1/kv.grpc.pb.h"
#include "rpc/admin_service.h"
#include "rpc/backup_service.h"
#include "rpc/call_metrics.h"
#include "rpc/call_watch.h"
#include "rpc/client_calls.h"
#include "rpc/client_port.h"
#include "rpc/fault_switch.h"
#include "rpc/frame_gate.h"
#include "rpc/http_server.h"
#include "rpc/kv_service.h"
#include "rpc/peer_intake.h"
#include "rpc/peer_transport.h"
#include "rpc/server_options.h"
#include "rpc/socket_poll.h"
#include "rpc/status_collector.h"
#include "rpc/storage_stack.h"
#include "rpc/worker_threads.h"
#include "storage/log_marker.h"
#include "storage/log_thread.h"

namespace quorate::rpc {

// What a server stands on. The defaults are those of a process of its own.
struct ServerEdges {
  Env& env = SystemEnv();
  std::shared_ptr<spdlog::logger> log = spdlog::default_logger();
  std::shared_ptr<Disk> disk = nullptr;       // none: the data folder of the options
  Passes passes = nullptr;                    // none: what it sends to other nodes always does
  NodeBugs bugs = {};                         // programs that are broken on purpose have some
  std::shared_ptr<FrameGate> gate = nullptr;  // likewise, before what other nodes send
  uint32_t learners = 0;                      // likewise, see NodeOptions
  ProtocolRange protocol = {};                // what this build speaks; tests have other ones
};

class Server {
 public:
  // Opens the disk and serves; somebody holds a GrpcThreads meanwhile. `fatal`
  // is called at most once, from any thread, when the node can't go on: the
  // process must end, without Drain.
  static absl::StatusOr<std::unique_ptr<Server>> Start(const ServerOptions& options,
                                                       const ServerPlan& plan, ServerEdges edges,
                                                       std::function<void(absl::Status)> fatal);
  // Ends at once; what is under way is cut off.
  ~Server();

  // Hands leaderships over, answers what was accepted and ends the streams.
  // Returns when that is done or the drain timeout has passed; blocks.
  void Drain();

  // To be called now and then: brings gRPC's health service up to date.
  void UpdateHealth();
  // This node can serve its default level.
  bool ready() const { return !draining_ && node_->ready(); }

 private:
  Server(const ServerOptions& options, const ServerEdges& edges);
  void AwaitNoCalls();
  void CloseClientPort();

  absl::Status OpenNode(const ServerPlan& plan, StorageStack storage,
                        std::function<void(absl::Status)> fatal);
  absl::Status Listen(const ServerPlan& plan);
  SocketsOf SocketsOfWorkers() {
    return [this](NodeId peer) -> SocketPoll& { return threads_.SocketsOf(peer); };
  }
  HttpServer::Pages MakePages();
  HttpAnswer Live() const;
  HttpAnswer Ready() const;
  HttpAnswer Health();
  HttpAnswer Metrics();
  NodeStatusReport ReportNow(bool* known);

  const ServerOptions options_;
  Env& env_;
  const std::shared_ptr<spdlog::logger> log_lines_;
  const NodeBugs bugs_;
  const uint32_t learners_;
  const ProtocolRange protocol_;
  FaultSwitch faults_;
  const Passes passes_;
  const std::shared_ptr<FrameGate> gate_;
  const absl::Duration started_;
  std::atomic<bool> draining_{false};
  int health_told_ = -1;  // by UpdateHealth, as below
  Room disk_told_ = Room::kEnough;

  // In the order in which they need one another.
  StorageStack storage_;
  WorkerThreads threads_;
  PeerTransport transport_;
  std::unique_ptr<Node> node_;
  std::unique_ptr<LogThread> log_;
  std::unique_ptr<LogMarker> log_marker_;
  CallMetrics call_metrics_;
  SlowRequests slow_requests_;
  CallWatch call_watch_;
  std::unique_ptr<StatusCollector> collector_;
  std::unique_ptr<KvService> kv_;
  std::unique_ptr<AdminService> admin_;
  std::unique_ptr<BackupService> backup_;
  std::unique_ptr<PeerIntake> peers_;
  v1::Kv::CallbackService kv_shape_;            // the data API for reflection; never called
  std::unique_ptr<grpc::Server> inner_server_;  // of all calls but the data API's
  std::unique_ptr<ClientCalls> client_calls_;
  std::unique_ptr<ClientPort> client_port_;
  std::unique_ptr<HttpServer> http_;
};

}  // namespace quorate::rpc
