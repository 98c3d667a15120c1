// Load for a cluster, beside a yardstick.
#include <CLI/CLI.hpp>
#include <cstdio>
#include <iostream>
#include <map>
#include <string>

#include "child.h"
#include "echo_server.h"
#include "report.h"
#include "stream_load.h"
#include "suite.h"
#include "target.h"
#include "unary_load.h"

namespace quorate::bench {
namespace {

constexpr char kDescription[] = R"(Loads a Quorate cluster and says how fast it was.

examples:
  kvbench --endpoints 127.0.0.1:7400 suite            the committed benchmark: ratios to a bare echo
  kvbench suite --rounds 3 --slice-seconds 1          the same, quickly
  kvbench put --in-flight 64 --seconds 5              one load
  kvbench stream-put --streams 1 --window 4 --batch 64
  kvbench --output json suite > result.json

exit codes: 0 done, 1 failed, 2 usage)";

struct Settings {
  std::string endpoints = "127.0.0.1:7400";
  std::string output = "table";
  TargetOptions target;
  SuiteOptions suite;
  double slice_seconds = 2;
  double seconds = 5;
  uint32_t in_flight = 64;
  StreamShape shape;
  std::string listen = "127.0.0.1:7499";
  bool with_parent = false;
};

int Fail(const absl::Status& status) {
  std::cerr << "error: " << status.ToString() << "\n";
  return 1;
}

std::string FirstEndpoint(const std::string& endpoints) {
  return endpoints.substr(0, endpoints.find(','));
}

int RunEcho(const Settings& settings) {
  auto echo = EchoServer::Start(settings.listen, settings.target.value_bytes);
  if (!echo) return Fail(absl::UnavailableError("cannot listen on " + settings.listen));
  std::printf("port %d\n", echo->port());
  std::fflush(stdout);
  if (settings.with_parent) EndWithParent();
  echo->Wait();
  return 0;
}

int RunStandardSuite(Settings& settings) {
  auto cluster = PrepareCluster(FirstEndpoint(settings.endpoints), settings.target);
  if (!cluster.ok()) return Fail(cluster.status());
  auto child = EchoProcess::Start(settings.target.value_bytes);
  if (!child.ok()) return Fail(child.status());
  Target echo = EchoTarget((*child)->address(), settings.target.value_bytes);
  settings.suite.slice = absl::Seconds(settings.slice_seconds);
  settings.suite.progress = [](const std::string& line) { std::cerr << line << std::endl; };
  const SuiteResult result =
      RunSuite(StandardContestants(*cluster, echo), StandardRatios(), settings.suite);
  std::cout << (settings.output == "json" ? JsonReport(result, settings.suite)
                                          : TextReport(result, settings.suite));
  return 0;
}

int RunOne(const Settings& settings, const std::function<Slice(Target&, absl::Duration)>& load) {
  auto cluster = PrepareCluster(FirstEndpoint(settings.endpoints), settings.target);
  if (!cluster.ok()) return Fail(cluster.status());
  load(*cluster, absl::Milliseconds(300));
  const Slice slice = load(*cluster, absl::Seconds(settings.seconds));
  std::printf("%.0f per second, p50 %.0f us, p99 %.0f us, max %.0f us, %llu failed %s\n",
              slice.per_second(), absl::ToDoubleMicroseconds(slice.latency.Quantile(0.5)),
              absl::ToDoubleMicroseconds(slice.latency.Quantile(0.99)),
              absl::ToDoubleMicroseconds(slice.latency.max()),
              static_cast<unsigned long long>(slice.failed), slice.first_error.c_str());
  return 0;
}

int Main(int argc, char** argv) {
  Settings settings;
  CLI::App app(kDescription);
  app.require_subcommand(1);
  app.fallthrough();
  app.add_option("--endpoints", settings.endpoints, "HOST:PORT,... of the cluster")
      ->envname("QUORATE_ENDPOINTS");
  app.add_option("--output", settings.output)->check(CLI::IsMember({"table", "json"}));
  app.add_option("--keyspace", settings.target.keyspace);
  app.add_option("--replicas", settings.target.replicas);
  app.add_option("--partitions", settings.target.partitions);
  app.add_option("--keys", settings.target.keys)->check(CLI::Range(1u, 100'000'000u));
  app.add_option("--value-bytes", settings.target.value_bytes);
  auto* suite = app.add_subcommand("suite", "all contestants, side by side, as ratios");
  suite->add_option("--rounds", settings.suite.rounds)->check(CLI::Range(1, 1000));
  suite->add_option("--slice-seconds", settings.slice_seconds)->check(CLI::Range(0.1, 600.0));
  suite->add_option("--seed", settings.suite.seed);
  auto* echo = app.add_subcommand("echo-server", "the yardstick, until it is ended");
  echo->add_option("--listen", settings.listen);
  echo->add_flag("--with-parent", settings.with_parent);
  const auto loads = {std::pair{"get", "unary linearizable gets"},
                      {"get-bounded", "unary gets at BOUNDED(1s), from any node"},
                      {"get-one", "unary gets at ONE, from any node"},
                      {"put", "unary puts"},
                      {"put-once", "unary puts that happen once"},
                      {"stream-get", "gets on the batched stream"},
                      {"stream-put", "puts on the batched stream"}};
  for (const auto& [name, what] : loads) {
    auto* load = app.add_subcommand(name, what);
    load->add_option("--seconds", settings.seconds)->check(CLI::Range(0.1, 3600.0));
    if (std::string(name).rfind("stream", 0) == 0) {
      load->add_option("--streams", settings.shape.streams)->check(CLI::Range(1, 256));
      load->add_option("--window", settings.shape.window)->check(CLI::Range(1, 1024));
      load->add_option("--batch", settings.shape.batch)->check(CLI::Range(1, 4096));
    } else {
      load->add_option("--in-flight", settings.in_flight)->check(CLI::Range(1, 4096));
    }
  }
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  }
  const std::string chosen = app.get_subcommands().front()->get_name();
  if (chosen == "echo-server") return RunEcho(settings);
  if (chosen == "suite") return RunStandardSuite(settings);
  const std::map<std::string, UnaryOp> unary = {{"get", UnaryOp::kGet},
                                                {"get-bounded", UnaryOp::kGetBounded},
                                                {"get-one", UnaryOp::kGetOne},
                                                {"put", UnaryOp::kPut},
                                                {"put-once", UnaryOp::kPutOnce}};
  if (const auto op = unary.find(chosen); op != unary.end()) {
    return RunOne(settings, [&](Target& target, absl::Duration length) {
      return RunUnary(target, op->second, settings.in_flight, length, 1);
    });
  }
  settings.shape.op = chosen == "stream-get" ? StreamOpKind::kGet : StreamOpKind::kPut;
  return RunOne(settings, [&](Target& target, absl::Duration length) {
    return RunStream(target, settings.shape, length, 1);
  });
}

}  // namespace
}  // namespace quorate::bench

int main(int argc, char** argv) { return quorate::bench::Main(argc, argv); }
