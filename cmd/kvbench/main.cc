// Load for a cluster, beside yardsticks; and what clusters of one's own cost
// and survive.
#include <CLI/CLI.hpp>
#include <string>
#include <utility>

#include "mix.h"
#include "run.h"
#include "standard_curves.h"

namespace quorate::bench {
namespace {

constexpr char kDescription[] = R"(Loads Quorate clusters and says how fast they were.

examples:
  kvbench all --results result.json                   everything below, one after another
  kvbench --nodes 3 suite                             ratios to a bare echo, on nodes of its own
  kvbench --endpoints 127.0.0.1:7400 suite            on a cluster that is there
  kvbench --nodes 3 sustained                         a minute of each durable write
  kvbench --nodes 3 curve                             latency against load, beside etcd
  kvbench --nodes 3 curve --curve get,etcd-get        some of it
  kvbench --endpoints 127.0.0.1:7400 mixes --mix AB   YCSB's mixes, on a cluster that is there
  kvbench failover --kills 20                         the leader is killed, again and again
  kvbench idle --idle-partitions 256                  memory and CPU of nodes with nothing to do
  kvbench restart --restart-keys 1000000              a full node is killed and serves again
  kvbench rejoin --rejoin-keys 1000000                a leaderless node comes back to what it missed
  kvbench backup --backup-keys 1000000                a keyspace is backed up and restored
  kvbench join --join-keys 1000000                    a fourth node joins three under load
  kvbench rebuild --rebuild-keys 1000000              a node is lost, its replicas are made anew
  kvbench partitions                                  throughput with 1 to 256 partitions
  kvbench memory --memory-keys 1000000                what nodes hold in memory, beside etcd
  kvbench overload --overload-times 5                 more than nodes can take
  kvbench put --in-flight 64 --seconds 5              one load
  kvbench stream-put --streams 1 --window 4 --batch 64
  kvbench --output json suite > result.json

Its own nodes run at default settings on loopback, in a folder of their own, and
go with it, also at Ctrl-C. Where etcd and Redis are installed they are measured beside.

exit codes: 0 done (goals reached or not), 1 failed, 2 usage, 130 interrupted)";

void AddCommon(CLI::App& app, Settings& settings) {
  app.add_option("--output", settings.output, "table or json, on stdout")
      ->check(CLI::IsMember({"table", "json"}));
  app.add_option("--results", settings.results, "a file that gets the JSON as well");
  app.add_option("--endpoints", settings.endpoints, "HOST:PORT,... of a cluster that is there")
      ->envname("QUORATE_ENDPOINTS");
  app.add_option("--nodes", settings.own_nodes, "instead of --endpoints: nodes of its own")
      ->check(CLI::Range(1, 9));
  app.add_option("--kvd", settings.kvd, "the program they run [beside this one]");
  app.add_option("--etcd", settings.etcd, "what is measured beside: auto, none or a path");
  app.add_option("--redis", settings.redis, "likewise, the program redis-server");
  app.add_option("--folder", settings.folder, "where they keep their data [a temporary one]");
  app.add_option("--port", settings.port, "free ports from here on are theirs")
      ->check(CLI::Range(1024, 65'000));
  app.add_option("--limit-seconds", settings.limit_seconds, "gives up then")
      ->check(CLI::Range(1, 100'000));
  app.add_option("--keyspace", settings.target.keyspace.keyspace);
  app.add_flag_callback(
      "--leaderless", [&settings] { settings.target.keyspace.conflict = v1::CONFLICT_LWW; },
      "the keyspace of one load is of mode quorum, policy lww");
  app.add_option("--replicas", settings.target.keyspace.replicas);
  app.add_option("--partitions", settings.target.keyspace.partitions);
  app.add_option("--keys", settings.target.keys)->check(CLI::Range(1u, 100'000'000u));
  app.add_option("--value-bytes", settings.target.value_bytes);
}

void AddSuite(CLI::App& command, Settings& settings) {
  command.add_option("--rounds", settings.suite.rounds)->check(CLI::Range(1, 1000));
  command.add_option("--slice-seconds", settings.slice_seconds)->check(CLI::Range(0.1, 600.0));
  command.add_option("--seed", settings.suite.seed);
}

void AddSustained(CLI::App& command, Settings& settings) {
  command.add_option("--sustained-seconds", settings.sustained_seconds, "of each contestant")
      ->check(CLI::Range(0.1, 36'000.0));
  command.add_flag("--sustained-all", settings.sustained.all,
                   "every contestant of the suite [durable writes]");
}

void AddCurve(CLI::App& command, Settings& settings) {
  command.add_option("--curve", settings.curve.names, "which [the standard ones]")
      ->delimiter(',')
      ->check(CLI::IsMember(CurveNames()));
  command.add_option("--curve-rounds", settings.curve.rounds)->check(CLI::Range(1, 1000));
  command.add_option("--curve-slice-seconds", settings.curve_slice_seconds)
      ->check(CLI::Range(0.1, 600.0));
  command.add_option("--shares", settings.curve.shares, "of each one's own peak")
      ->delimiter(',')
      ->check(CLI::Range(0.01, 2.0));
}

Level LevelNamed(const std::string& name) {
  const auto level = LevelFromName(name);
  if (!level) throw CLI::ValidationError("there is no level " + name);
  return *level;
}

void AddMixes(CLI::App& command, Settings& settings) {
  MixOptions& mixes = settings.mixes;
  command.add_option("--mix", mixes.names, "of YCSB's, in a row [ABCDEF]")
      ->check([](const std::string& names) {
        for (const char name : names) {
          if (FindMix(name) == nullptr) return "there is no mix " + std::string(1, name);
        }
        return std::string();
      });
  command
      .add_option_function<std::string>(
          "--mode",
          [&mixes](const std::string& mode) {
            mixes.raft = mode != "quorum";
            mixes.leaderless = mode != "raft";
          },
          "raft, quorum or both [both]")
      ->check(CLI::IsMember({"raft", "quorum", "both"}));
  command
      .add_option_function<std::string>(
          "--distribution",
          [&mixes](const std::string& name) {
            mixes.distribution =
                name == "uniform" ? Distribution::kUniform : Distribution::kZipfian;
          },
          "uniform or zipfian [zipfian; D: the latest]")
      ->check(CLI::IsMember({"uniform", "zipfian"}));
  command.add_option_function<std::string>(
      "--read-level", [&mixes](const std::string& name) { mixes.read = LevelNamed(name); },
      "[the keyspace's]");
  command.add_option_function<std::string>(
      "--write-level", [&mixes](const std::string& name) { mixes.write = LevelNamed(name); },
      "[the keyspace's]");
  command.add_flag("--streamed", mixes.streamed, "on the batched streams");
  command.add_option("--mix-in-flight", mixes.in_flight, "of the closed loop")
      ->check(CLI::Range(1, 16'384));
  command.add_option("--rate", mixes.per_second, "of the open loop [half of the closed one's]")
      ->check(CLI::Range(0.1, 10'000'000.0));
  command.add_option("--mix-seconds", settings.mix_seconds)->check(CLI::Range(0.1, 3600.0));
  command.add_option("--mix-warm-up-seconds", settings.mix_warm_up_seconds)
      ->check(CLI::Range(0.0, 600.0));
}

void AddFailover(CLI::App& command, Settings& settings) {
  command.add_option("--kills", settings.failover.kills, "of each contestant")
      ->check(CLI::Range(1, 1000));
}

void AddIdle(CLI::App& command, Settings& settings) {
  command.add_option("--idle-partitions", settings.idle.replicas, "each on three nodes")
      ->check(CLI::Range(1, 4096));
  command.add_option("--idle-settle-seconds", settings.idle_settle_seconds)
      ->check(CLI::Range(0.0, 3600.0));
  command.add_option("--idle-seconds", settings.idle_seconds)->check(CLI::Range(0.1, 3600.0));
}

void AddRestart(CLI::App& command, Settings& settings) {
  command.add_option("--restart-keys", settings.restart.keys)->check(CLI::Range(1u, 100'000'000u));
  command.add_option("--restarts", settings.restart.restarts)->check(CLI::Range(1, 1000));
}

void AddRejoin(CLI::App& command, Settings& settings) {
  command.add_option("--rejoin-keys", settings.rejoin.keys)->check(CLI::Range(100u, 100'000'000u));
  command.add_option("--rejoin-settle-seconds", settings.rejoin_settle_seconds)
      ->check(CLI::Range(0.0, 3600.0));
  command.add_option("--rejoin-idle-seconds", settings.rejoin_idle_seconds)
      ->check(CLI::Range(0.1, 3600.0));
}

void AddBackup(CLI::App& command, Settings& settings) {
  command.add_option("--backup-keys", settings.backup.keys)->check(CLI::Range(100u, 100'000'000u));
  command.add_option("--backups", settings.backup.rounds)->check(CLI::Range(1, 1000));
}

void AddJoin(CLI::App& command, Settings& settings) {
  command.add_option("--join-keys", settings.join.keys)->check(CLI::Range(100u, 100'000'000u));
  command.add_option("--joins", settings.join.rounds, "each of a cluster of its own")
      ->check(CLI::Range(1, 1000));
  command.add_option("--join-seconds", settings.join_seconds, "of load before, and afterwards")
      ->check(CLI::Range(0.1, 3600.0));
}

void AddRebuild(CLI::App& command, Settings& settings) {
  command.add_option("--rebuild-keys", settings.rebuild.keys)
      ->check(CLI::Range(100u, 100'000'000u));
  command.add_option("--rebuilds", settings.rebuild.rounds)->check(CLI::Range(1, 100));
}

void AddPartitions(CLI::App& command, Settings& settings) {
  command.add_option("--partition-counts", settings.partitions.counts)
      ->delimiter(',')
      ->check(CLI::Range(1, 4096));
  command.add_option("--partitions-rounds", settings.partitions.rounds)->check(CLI::Range(1, 1000));
  command.add_option("--partitions-slice-seconds", settings.partitions_slice_seconds)
      ->check(CLI::Range(0.1, 600.0));
}

void AddMemory(CLI::App& command, Settings& settings) {
  command.add_option("--memory-keys", settings.memory.keys)->check(CLI::Range(1u, 100'000'000u));
  command.add_option("--memory-settle-seconds", settings.memory_settle_seconds)
      ->check(CLI::Range(0.0, 3600.0));
}

void AddOverload(CLI::App& command, Settings& settings) {
  command.add_option("--overload-times", settings.overload.times, "of the peak")
      ->check(CLI::Range(0.1, 100.0));
  command.add_option("--overload-rounds", settings.overload.rounds)->check(CLI::Range(1, 1000));
  command.add_option("--overload-seconds", settings.overload_seconds)
      ->check(CLI::Range(0.1, 3600.0));
  command
      .add_option("--overload-around-seconds", settings.overload_around_seconds,
                  "before, at little load, and afterwards")
      ->check(CLI::Range(0.1, 3600.0));
  command.add_flag("--overload-share-cores", settings.overload.share_cores,
                   "nodes and load on all cores, not on one half each");
}

void AddMeasurements(CLI::App& app, Settings& settings) {
  CLI::App& suite = *app.add_subcommand("suite", "all loads, side by side, as ratios");
  CLI::App& sustained = *app.add_subcommand("sustained", "loads of a minute, compaction and all");
  CLI::App& curve = *app.add_subcommand("curve", "latency against load, up to each one's peak");
  CLI::App& mixes = *app.add_subcommand("mixes", "YCSB's mixes, A to F, closed and open loop");
  CLI::App& failover = *app.add_subcommand("failover", "how long writes stop when a leader dies");
  CLI::App& idle = *app.add_subcommand("idle", "what nodes cost that have nothing to do");
  CLI::App& restart = *app.add_subcommand("restart", "how soon a full node serves again");
  CLI::App& rejoin = *app.add_subcommand("rejoin", "what a leaderless node costs that was away");
  CLI::App& backup = *app.add_subcommand("backup", "how fast a keyspace is backed up");
  CLI::App& join = *app.add_subcommand("join", "what clients notice when a node joins");
  CLI::App& rebuild = *app.add_subcommand("rebuild", "how fast a lost node's replicas are back");
  CLI::App& partitions = *app.add_subcommand("partitions", "what many partitions cost");
  CLI::App& memory = *app.add_subcommand("memory", "what nodes with many keys hold in memory");
  CLI::App& overload = *app.add_subcommand("overload", "what comes of more than nodes can take");
  CLI::App& all = *app.add_subcommand("all", "all of these, one after another");
  for (CLI::App* command : {&suite, &all}) AddSuite(*command, settings);
  for (CLI::App* command : {&sustained, &all}) AddSustained(*command, settings);
  for (CLI::App* command : {&curve, &all}) AddCurve(*command, settings);
  for (CLI::App* command : {&mixes, &all}) AddMixes(*command, settings);
  for (CLI::App* command : {&failover, &all}) AddFailover(*command, settings);
  for (CLI::App* command : {&idle, &all}) AddIdle(*command, settings);
  for (CLI::App* command : {&restart, &all}) AddRestart(*command, settings);
  for (CLI::App* command : {&rejoin, &all}) AddRejoin(*command, settings);
  for (CLI::App* command : {&backup, &all}) AddBackup(*command, settings);
  for (CLI::App* command : {&join, &all}) AddJoin(*command, settings);
  for (CLI::App* command : {&rebuild, &all}) AddRebuild(*command, settings);
  for (CLI::App* command : {&partitions, &all}) AddPartitions(*command, settings);
  for (CLI::App* command : {&memory, &all}) AddMemory(*command, settings);
  for (CLI::App* command : {&overload, &all}) AddOverload(*command, settings);
}

void AddLoads(CLI::App& app, Settings& settings) {
  const auto loads = {std::pair{"get", "unary linearizable gets"},
                      {"get-bounded", "unary gets at BOUNDED(1s), from any node"},
                      {"get-one", "unary gets at ONE, from any node"},
                      {"put", "unary puts"},
                      {"put-once", "unary puts that happen once"},
                      {"stream-get", "gets on the batched stream"},
                      {"stream-put", "puts on the batched stream"},
                      {"get-quorum", "unary gets at QUORUM, of mode quorum"},
                      {"put-at-one", "unary puts at ONE, of mode quorum"},
                      {"stream-put-at-one", "puts at ONE on the batched stream, likewise"}};
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
}

int Main(int argc, char** argv) {
  Settings settings;
  CLI::App app(kDescription);
  app.require_subcommand(1);
  app.fallthrough();
  AddCommon(app, settings);
  AddMeasurements(app, settings);
  AddLoads(app, settings);
  auto* echo = app.add_subcommand("echo-server", "the yardstick, until it is ended");
  echo->add_option("--listen", settings.listen);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  }
  const std::string chosen = app.get_subcommands().front()->get_name();
  if (chosen == "echo-server") return RunEcho(settings);
  for (const char* measured :
       {"suite", "sustained", "curve", "mixes", "failover", "idle", "restart", "rejoin", "backup",
        "join", "rebuild", "partitions", "memory", "overload", "all"}) {
    if (chosen == measured) return RunMeasurements(settings, chosen);
  }
  return RunLoad(settings, chosen);
}

}  // namespace
}  // namespace quorate::bench

int main(int argc, char** argv) { return quorate::bench::Main(argc, argv); }
