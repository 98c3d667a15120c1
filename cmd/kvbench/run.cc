#include "run.h"

#include <cstdio>
#include <fstream>
#include <iostream>
#include <map>
#include <memory>

#include "arena.h"
#include "base/strings.h"
#include "client/client.h"
#include "echo_server.h"
#include "report.h"
#include "standard_curves.h"
#include "standard_suite.h"
#include "unary_load.h"
#include "workplace.h"

namespace quorate::bench {
namespace {

constexpr char kNoEtcd[] =
    "etcd is not installed, so its figures are left out (Debian: apt-get install etcd-server; "
    "elsewhere: --etcd PATH)";
constexpr char kNoRedis[] =
    "Redis is not installed, so its figures are left out (Debian: apt-get install redis-server; "
    "elsewhere: --redis PATH)";

int Fail(const absl::Status& status) {
  std::cerr << "error: " << status.ToString() << "\n";
  return 1;
}

void Progress(const std::string& line) { std::cerr << line << std::endl; }

absl::Status MeasureSuite(const Workplace& place, const Settings& settings, Report& report) {
  const auto arena = Arena::Make(place, settings);
  if (!arena.ok()) return arena.status();
  report.programs = (*arena)->Describe();
  report.suite = RunSuite(StandardLineup((*arena)->field()), settings.suite);
  return absl::OkStatus();
}

absl::Status MeasureSustained(const Workplace& place, const Settings& settings, Report& report) {
  const auto arena = Arena::Make(place, settings);
  if (!arena.ok()) return arena.status();
  if (report.programs.empty()) report.programs = (*arena)->Describe();
  report.sustained = RunSustained(StandardLineup((*arena)->field()), settings.sustained);
  return absl::OkStatus();
}

absl::Status MeasureCurves(const Workplace& place, const Settings& settings, Report& report) {
  const auto arena = Arena::Make(place, settings);
  if (!arena.ok()) return arena.status();
  if (report.programs.empty()) report.programs = (*arena)->Describe();
  const auto client = Client::Connect((*arena)->endpoint());
  if (!client.ok()) return client.status();
  const auto contestants = StandardCurves((*arena)->field(), *client, settings.curve.names);
  // The suite has those, of more rounds.
  const auto ratios = report.suite ? std::vector<Ratio>() : CurveRatios(contestants);
  report.curves = RunCurves(contestants, ratios, settings.curve);
  return absl::OkStatus();
}

absl::StatusOr<Experiment> MeasureMixesOn(const Workplace& place, const Settings& settings) {
  std::unique_ptr<OwnCluster> own;
  const auto endpoint = place.Endpoint(settings, own);
  if (!endpoint.ok()) return endpoint.status();
  return MeasureMixes(*endpoint, settings.mixes);
}

absl::Status Measure(const Workplace& place, const Settings& settings, const std::string& what,
                     Report& report) {
  const Surroundings& surroundings = place.surroundings();
  if (what == "suite") return MeasureSuite(place, settings, report);
  if (what == "sustained") return MeasureSustained(place, settings, report);
  if (what == "curve") return MeasureCurves(place, settings, report);
  auto experiment = what == "mixes"        ? MeasureMixesOn(place, settings)
                    : what == "failover"   ? MeasureFailover(surroundings, settings.failover)
                    : what == "idle"       ? MeasureIdle(surroundings, settings.idle)
                    : what == "rejoin"     ? MeasureRejoin(surroundings, settings.rejoin)
                    : what == "backup"     ? MeasureBackup(surroundings, settings.backup)
                    : what == "join"       ? MeasureJoin(surroundings, settings.join)
                    : what == "rebuild"    ? MeasureRebuild(surroundings, settings.rebuild)
                    : what == "partitions" ? MeasurePartitions(surroundings, settings.partitions)
                    : what == "memory"     ? MeasureMemory(surroundings, settings.memory)
                    : what == "overload"   ? MeasureOverload(surroundings, settings.overload)
                                           : MeasureRestart(surroundings, settings.restart);
  if (!experiment.ok()) return experiment.status();
  report.experiments.push_back(*std::move(experiment));
  return absl::OkStatus();
}

absl::Status WriteResults(const std::string& file, const Report& report) {
  std::ofstream out(file);
  out << JsonReport(report);
  out.close();
  return out ? absl::OkStatus() : absl::UnavailableError("cannot write " + file + " (--results)");
}

// Of the fields that command lines give as plain numbers.
void Complete(Settings& settings) {
  settings.suite.slice = absl::Seconds(settings.slice_seconds);
  settings.idle.settle = absl::Seconds(settings.idle_settle_seconds);
  settings.idle.length = absl::Seconds(settings.idle_seconds);
  settings.suite.progress = Progress;
  settings.sustained.length = absl::Seconds(settings.sustained_seconds);
  settings.sustained.progress = Progress;
  settings.curve.slice = absl::Seconds(settings.curve_slice_seconds);
  settings.curve.progress = Progress;
  settings.mixes.target = settings.target;
  settings.mixes.length = absl::Seconds(settings.mix_seconds);
  settings.mixes.warm_up = absl::Seconds(settings.mix_warm_up_seconds);
  settings.mixes.progress = Progress;
  settings.failover.progress = Progress;
  settings.idle.progress = Progress;
  settings.restart.progress = Progress;
  settings.rejoin.settle = absl::Seconds(settings.rejoin_settle_seconds);
  settings.rejoin.idle = absl::Seconds(settings.rejoin_idle_seconds);
  settings.rejoin.progress = Progress;
  settings.backup.progress = Progress;
  settings.join.stretch = absl::Seconds(settings.join_seconds);
  settings.join.progress = Progress;
  settings.rebuild.progress = Progress;
  settings.partitions.slice = absl::Seconds(settings.partitions_slice_seconds);
  settings.partitions.progress = Progress;
  settings.memory.settle = absl::Seconds(settings.memory_settle_seconds);
  settings.memory.progress = Progress;
  settings.overload.burst = absl::Seconds(settings.overload_seconds);
  settings.overload.around = absl::Seconds(settings.overload_around_seconds);
  settings.overload.progress = Progress;
}

}  // namespace

int RunMeasurements(Settings settings, const std::string& chosen) {
  Complete(settings);
  const auto place = Workplace::Make(settings);
  if (!place.ok()) return Fail(place.status());
  std::vector<std::string> parts = {chosen};
  if (chosen == "all") {
    parts = {"suite",  "sustained", "curve", "mixes",   "failover",   "idle",   "restart",
             "rejoin", "backup",    "join",  "rebuild", "partitions", "memory", "overload"};
    if (settings.own_nodes == 0) settings.own_nodes = 3;
  }
  Report report;
  report.machine = ThisMachine();
  report.suite_options = settings.suite;
  report.sustained_options = settings.sustained;
  report.curve_options = settings.curve;
  const bool in_arena = parts.front() == "suite" || parts.front() == "sustained";
  const bool compares = in_arena || parts.front() == "failover" || parts.front() == "curve" ||
                        parts.front() == "memory";
  const auto miss = [&](const char* why) {
    report.missing.emplace_back(why);
    Progress(StrCat("warning: ", why));
  };
  const Surroundings& found = (*place)->surroundings();
  if (compares && settings.etcd == "auto" && found.etcd.empty()) miss(kNoEtcd);
  if (in_arena && settings.redis == "auto" && found.redis.empty()) miss(kNoRedis);
  for (const std::string& part : parts) {
    Progress("measuring: " + part);
    const absl::Time begin = absl::Now();
    absl::Status measured = Measure(**place, settings, part, report);
    if (!measured.ok()) return Fail(measured);
    report.parts.push_back({part, absl::Now() - begin});
  }
  std::cout << (settings.output == "json" ? JsonReport(report) : TextReport(report));
  if (settings.results.empty()) return 0;
  const absl::Status written = WriteResults(settings.results, report);
  if (!written.ok()) return Fail(written);
  Progress("as JSON: " + settings.results);
  return 0;
}

int RunEcho(const Settings& settings) {
  auto echo = EchoServer::Start(settings.listen, settings.target.value_bytes);
  if (!echo) return Fail(absl::UnavailableError("cannot listen on " + settings.listen));
  std::printf("port %d\n", echo->port());
  std::fflush(stdout);
  echo->Wait();
  return 0;
}

int RunLoad(const Settings& settings, const std::string& load) {
  const auto place = Workplace::Make(settings);
  if (!place.ok()) return Fail(place.status());
  std::unique_ptr<OwnCluster> own;
  const auto endpoint = (*place)->Endpoint(settings, own);
  if (!endpoint.ok()) return Fail(endpoint.status());
  auto cluster = PrepareCluster(*endpoint, settings.target);
  if (!cluster.ok()) return Fail(cluster.status());
  const std::map<std::string, UnaryOp> unary = {{"get", UnaryOp::kGet},
                                                {"get-bounded", UnaryOp::kGetBounded},
                                                {"get-one", UnaryOp::kGetOne},
                                                {"put", UnaryOp::kPut},
                                                {"put-once", UnaryOp::kPutOnce},
                                                {"get-quorum", UnaryOp::kGetQuorum},
                                                {"put-at-one", UnaryOp::kPutAtOne}};
  StreamShape shape = settings.shape;
  shape.op = load == "stream-get"          ? StreamOpKind::kGet
             : load == "stream-put-at-one" ? StreamOpKind::kPutAtOne
                                           : StreamOpKind::kPut;
  const auto run = [&](absl::Duration length) {
    const auto op = unary.find(load);
    return op != unary.end() ? RunUnary(*cluster, op->second, settings.in_flight, length, 1)
                             : RunStream(*cluster, shape, length, 1);
  };
  run(absl::Milliseconds(300));
  const Slice slice = run(absl::Seconds(settings.seconds));
  std::printf("%.0f per second, p50 %.0f us, p99 %.0f us, max %.0f us, %llu failed %s\n",
              slice.per_second(), absl::ToDoubleMicroseconds(slice.latency.Quantile(0.5)),
              absl::ToDoubleMicroseconds(slice.latency.Quantile(0.99)),
              absl::ToDoubleMicroseconds(slice.latency.max()),
              static_cast<unsigned long long>(slice.failed), slice.first_error.c_str());
  return 0;
}

}  // namespace quorate::bench
