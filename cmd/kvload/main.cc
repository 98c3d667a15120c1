// Loads a cluster as a plan says and writes down what the clients were told.
#include <CLI/CLI.hpp>
#include <csignal>
#include <cstdlib>
#include <iostream>
#include <memory>
#include <string>

#include "base/error.h"
#include "base/strings.h"
#include "connections.h"
#include "plan.h"
#include "prepare.h"
#include "run.h"
#include "settle.h"
#include "signals.h"

namespace quorate::load {
namespace {

enum ExitCode { kDone = 0, kFailedToRun = 1, kBadUsage = 2, kNotConverged = 10 };

constexpr char kDescription[] = R"(Loads a cluster and writes down what its clients were told.

examples:
  kvload run load.json --out history      all jobs of the plan at once, a history for each
  kvload settle load.json --out history   wait until all replicas are equal, then read each of them
  kvcheck history/*.jsonl                 judge what was written down

load.json:
  {"seed": 7, "endpoints": {"n1": "127.0.0.1:7400"}, "duration_ms": 10000,
   "jobs": [{"name": "lin", "workload": "register", "keyspace": "lin",
             "read": "LINEARIZABLE", "write": "QUORUM", "clients": 8, "keys": 4}]}
)";

constexpr char kFooter[] = R"(
Ctrl-C or SIGTERM ends a run early: what is under way is written down as of unknown
outcome, and the histories are whole.

exit codes:
  0    done
  1    failed: no node to connect to, or a history could not be written
  2    wrong usage, or a plan that makes no sense: it says what
  10   settle: the replicas did not become equal in time: it says which
  130  Ctrl-C, or a settle that was ended

What a plan may hold is told in docs/chaos.md, the histories in docs/history-format.md.)";

struct Options {
  std::string plan;
  std::string folder;
  std::string output = "table";
  uint32_t timeout_seconds = 60;
};

int Complain(const absl::Status& status) {
  std::cerr << "error: " << ReasonOf(status) << ": " << status.message() << "\n";
  if (status.code() == absl::StatusCode::kCancelled) return 128 + SIGINT;
  return status.code() == absl::StatusCode::kInvalidArgument ? kBadUsage : kFailedToRun;
}

int Run(const Plan& plan, Connections& connections, std::vector<PreparedJob> jobs,
        const Options& options) {
  const auto end = RunJobs(plan, connections, std::move(jobs));
  if (!end.ok()) return Complain(end.status());
  const bool json = options.output == "json";
  std::cout << (json ? SummaryJson(end->tallies, end->elapsed)
                     : SummaryTable(end->tallies, end->elapsed))
            << std::flush;
  const int code = end->signal == SIGINT ? 128 + SIGINT : kDone;
  // Calls that are still out are waited for by nobody.
  if (end->abandoned) std::_Exit(code);
  return code;
}

int Settle(Connections& connections, std::vector<PreparedJob> jobs, const Options& options) {
  const auto settled =
      SettleJobs(connections, std::move(jobs), absl::Seconds(options.timeout_seconds));
  if (!settled.ok()) return Complain(settled.status());
  for (const std::string& line : settled->differences) std::cerr << line << "\n";
  std::cout << settled->summary << std::flush;
  return settled->differences.empty() ? kDone : kNotConverged;
}

int Main(const Options& options, bool settle) {
  HoldSignals();
  const auto plan = ReadPlan(options.plan);
  if (!plan.ok()) return Complain(plan.status());
  auto connections = Connections::Connect(*plan);
  if (!connections.ok()) return Complain(connections.status());
  auto jobs = Prepare(*plan, **connections, options.folder);
  if (!jobs.ok()) return Complain(jobs.status());
  return settle ? Settle(**connections, *std::move(jobs), options)
                : Run(*plan, **connections, *std::move(jobs), options);
}

}  // namespace
}  // namespace quorate::load

int main(int argc, char** argv) {
  quorate::load::Options options;
  CLI::App app(quorate::load::kDescription, "kvload");
  app.footer(quorate::load::kFooter);
  app.require_subcommand(1);
  CLI::App& run = *app.add_subcommand("run", "do the work of a plan and record it");
  CLI::App& settle = *app.add_subcommand("settle", "wait for equal replicas and record each");
  for (CLI::App* command : {&run, &settle}) {
    command->add_option("PLAN", options.plan, "load.json")->required();
    command->add_option("--out", options.folder, "folder of the histories")->required();
  }
  run.add_option("--output", options.output, "table or json")
      ->check(CLI::IsMember({"table", "json"}))
      ->capture_default_str();
  settle.add_option("--timeout", options.timeout_seconds, "seconds to wait for equal replicas")
      ->check(CLI::Range(1, 86'400))
      ->capture_default_str();
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? quorate::load::kDone : quorate::load::kBadUsage;
  }
  return quorate::load::Main(options, settle.parsed());
}
