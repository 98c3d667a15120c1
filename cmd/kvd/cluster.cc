#include "cluster.h"

#include <spdlog/spdlog.h>
#include <unistd.h>

#include <cstdio>
#include <string>
#include <utility>

#include "base/strings.h"
#include "complain.h"

namespace quorate::kvd {
namespace {

// Where kvctl looks by itself.
constexpr char kUsualEndpoint[] = "127.0.0.1:7400";

std::string Welcome(const testing::Cluster& cluster, const testing::ClusterOptions& options) {
  std::string text =
      StrCat("ready: a cluster of ", cluster.nodes(), " nodes, ",
             options.data_dir.empty() ? "in memory" : "kept in ", options.data_dir, "\n");
  for (uint32_t node = 1; node <= cluster.nodes(); ++node) {
    StrAppend(&text, "  n", node, "  clients ", cluster.endpoint(node), "  http ",
              cluster.http_endpoint(node), "\n");
  }
  const bool usual = cluster.endpoint(1) == kUsualEndpoint;
  return StrCat(text, "try: kvctl ", usual ? "" : StrCat("--endpoints ", cluster.endpoint(1), " "),
                "put ", options.keyspace, " k v\n");
}

}  // namespace

int ServeCluster(testing::ClusterOptions options, Supervision& supervision) {
  options.on_failure = [&supervision](absl::Status status) { supervision.Fail(std::move(status)); };
  auto cluster = testing::Cluster::Start(options);
  if (!cluster.ok()) return Complain(cluster.status(), kFailed);
  std::fputs(Welcome(**cluster, options).c_str(), stdout);
  std::fflush(stdout);
  NotifySystemd("READY=1");
  Supervision::Event event = Supervision::Event::kNothing;
  while (event == Supervision::Event::kNothing) event = supervision.Wait(absl::Seconds(1));
  if (event == Supervision::Event::kFatal) {
    Complain(supervision.failure(), kFailed);
    _exit(kFailed);
  }
  NotifySystemd("STOPPING=1");
  cluster->reset();
  spdlog::shutdown();
  _exit(0);  // gRPC's threads stay to the end: see rpc/grpc_threads.h
}

}  // namespace quorate::kvd
