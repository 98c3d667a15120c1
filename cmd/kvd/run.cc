// One node of a cluster as a process.
#include "run.h"

#include <sched.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/synchronization/mutex.h"
#include "arguments.h"
#include "base/error.h"
#include "base/strings.h"
#include "base/version.h"
#include "cluster.h"
#include "complain.h"
#include "node/node.h"
#include "rpc/grpc_threads.h"
#include "rpc/join.h"
#include "rpc/server.h"
#include "supervision.h"

namespace quorate::kvd {
namespace {

constexpr absl::Duration kHealthStep = absl::Milliseconds(50);

void SetUpLog(const std::string& level) {
  auto log = spdlog::stderr_logger_mt("kvd");
  log->set_pattern("%Y-%m-%dT%H:%M:%S.%fZ %l %v", spdlog::pattern_time_type::utc);
  log->set_level(spdlog::level::from_str(level));
  log->flush_on(spdlog::level::info);
  spdlog::set_default_logger(std::move(log));
}

// Threads that wake do not push aside those that run: a thread that answers many
// requests in a row does so at a stretch instead of giving way to the receiver of
// each answer. All threads that start later inherit it.
void TakeTurnsAtAStretch() {
  const sched_param none{};
  if (sched_setscheduler(0, SCHED_BATCH, &none) != 0) {
    spdlog::warn("cannot run as SCHED_BATCH: {}", std::strerror(errno));
  }
}

// Each client has a file descriptor, and so has each file of the state.
void AllowManyFiles() {
  rlimit files{};
  if (getrlimit(RLIMIT_NOFILE, &files) != 0) return;
  files.rlim_cur = files.rlim_max;
  setrlimit(RLIMIT_NOFILE, &files);
}

// A second signal, or a failure, while the first is being obeyed ends it at
// once. Nothing acknowledged is lost by that: it is on disk.
void DrainOrGiveUp(rpc::Server& server, Supervision& supervision) {
  std::atomic<bool> drained{false};
  std::thread impatience([&] {
    while (!drained) {
      if (supervision.Wait(kHealthStep) == Supervision::Event::kNothing) continue;
      spdlog::warn("ending at once");
      spdlog::shutdown();
      _exit(kFailed);
    }
  });
  server.Drain();
  drained = true;
  impatience.join();
}

// A node that has left its cluster has done all it had to.
int EndOf(const absl::Status& failure) {
  if (ReasonOf(failure) != kNodeDecommissioned) return Complain(failure, kFailed);
  spdlog::info("decommissioned: {}", ToStd(failure.message()));
  return kDone;
}

int ServeNode(Arguments& arguments, rpc::ServerEdges edges, Supervision& supervision) {
  rpc::ServerOptions& options = arguments.options;
  const rpc::GrpcThreads grpc_threads(rpc::GrpcThreads::Serve::kAlone);
  if (edges.disk == nullptr) edges.disk = rpc::FolderDisk(options);
  const absl::Status known =
      rpc::Identify(*edges.disk, edges.env, *edges.log, edges.protocol, options, arguments.plan);
  if (!known.ok()) return Complain(known, kFailed);
  spdlog::info(
      "kvd {} (protocol {} to {}) starts node={} cluster={} data-dir={} clients={} peers={} "
      "http={}",
      kVersion, edges.protocol.oldest, edges.protocol.newest, options.node_id, options.cluster_id,
      options.data_dir, options.listen, options.peer_listen, options.http_listen);
  auto server =
      rpc::Server::Start(options, arguments.plan, std::move(edges),
                         [&](absl::Status status) { supervision.Fail(std::move(status)); });
  if (!server.ok()) return EndOf(server.status());
  NotifySystemd("READY=1");
  Supervision::Event event = Supervision::Event::kNothing;
  while (event == Supervision::Event::kNothing) {
    event = supervision.Wait(kHealthStep);
    (*server)->UpdateHealth();
  }
  if (event == Supervision::Event::kFatal) {
    // The node's threads may be anywhere; the log says what is durable.
    const int code = EndOf(supervision.failure());
    spdlog::shutdown();
    _exit(code);
  }
  NotifySystemd("STOPPING=1");
  spdlog::info("going down: handing leaderships over");
  DrainOrGiveUp(**server, supervision);
  server->reset();
  spdlog::info("done");
  spdlog::shutdown();
  _exit(0);  // gRPC's threads stay to the end: see rpc/grpc_threads.h
}

int Serve(Arguments& arguments, const Changes& changes) {
  // Debian's Abseil looks for lock cycles at every lock, under one global lock;
  // gRPC's mutexes are Abseil's too.
  absl::SetMutexDeadlockDetectionMode(absl::OnDeadlockCycle::kIgnore);
  Supervision supervision;
  SetUpLog(arguments.dev ? arguments.dev_cluster.log_level : arguments.options.log_level);
  TakeTurnsAtAStretch();
  AllowManyFiles();
  rpc::ServerEdges edges;
  if (changes.take_effect) {
    if (absl::Status done = changes.take_effect(edges); !done.ok()) return Complain(done, kUsage);
  }
  return arguments.dev ? ServeCluster(arguments.dev_cluster, supervision)
                       : ServeNode(arguments, std::move(edges), supervision);
}

}  // namespace

int Run(int argc, char** argv, char** environment, const Changes& changes) {
  absl::StatusOr<Arguments> arguments = ReadArguments(
      std::vector<std::string>(argv + 1, argv + argc), environment, changes.add_settings);
  if (!arguments.ok()) return Complain(arguments.status(), kUsage);
  if (arguments->action != Arguments::Action::kServe) {
    std::fputs(arguments->text.c_str(), stdout);
    return 0;
  }
  return Serve(*arguments, changes);
}

}  // namespace quorate::kvd
