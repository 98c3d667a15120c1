// kvsim: runs whole clusters in virtual time from a seed.
#include <CLI/CLI.hpp>
#include <chrono>
#include <csignal>
#include <fstream>
#include <iostream>
#include <string>

#include "base/probe.h"
#include "check/history_json.h"
#include "sim/bugs.h"
#include "sim/simulation.h"

namespace {

using quorate::sim::RunOptions;
using quorate::sim::RunResult;

constexpr int kFailed = 1;
constexpr int kUsage = 2;
constexpr int kViolation = 10;

constexpr char kExamples[] =
    R"(Runs whole clusters, clients and faults in virtual time, from a seed.

  kvsim --seed 7                 one run; the same seed gives the same run
  kvsim --seed 1 --seeds 200     two hundred of them
  kvsim --seed 7 --verbose       every event of it as it happens
  kvsim --seed 7 --history h.jsonl && kvcheck h.jsonl
  kvsim --bug forget-vote --seeds 50   a deliberate bug, to see it found

Exit codes: 0 clean; 1 failed; 2 usage; 10 a property was violated.
docs/simulator.md has the legend of the timeline.)";

struct Arguments {
  uint64_t seed = 1;
  uint64_t seeds = 1;
  uint32_t nodes = 0;
  double seconds = 0;
  std::string profile;
  std::string bug;
  std::string history;
  bool verbose = false;
  bool probes = false;
};

std::string CommandFor(const Arguments& arguments, uint64_t seed) {
  std::string command = "kvsim --seed " + std::to_string(seed);
  if (arguments.nodes != 0) command += " --nodes " + std::to_string(arguments.nodes);
  if (arguments.seconds > 0) command += " --duration " + std::to_string(arguments.seconds);
  if (!arguments.profile.empty()) command += " --profile " + arguments.profile;
  if (!arguments.bug.empty()) command += " --bug " + arguments.bug;
  return command;
}

// A broken invariant in the code under test aborts: say what to run again.
std::string running;  // NOLINT: read by the signal handler
void OnAbort(int) {
  std::cerr << "aborted in: " << running << " --verbose\n";
  std::_Exit(kViolation);
}

void PrintResult(const RunResult& result) {
  std::cout << "seed " << result.seed << (result.clean() ? "  clean  " : "  VIOLATION  ")
            << result.virtual_time << " virtual, " << result.events << " events, " << result.done
            << " done, " << result.failed << " failed, " << result.unknown << " unknown, "
            << result.overlapping << " overlapping, " << result.faults << " faults, hash "
            << std::hex << result.trace_hash << std::dec << std::endl;
}

void PrintViolation(const Arguments& arguments, const RunResult& result) {
  std::cout << "\n"
            << result.knobs << "\n\n"
            << result.timeline << "\n"
            << result.violation << "\n\nto see it again: " << CommandFor(arguments, result.seed)
            << "\n";
}

bool SaveHistory(const std::string& path, const RunResult& result) {
  std::ofstream out(path);
  quorate::check::WriteHistory(result.history, out);
  out.close();
  if (!out) std::cerr << "error: cannot write the history to " << path << "\n";
  return static_cast<bool>(out);
}

void PrintProbes() {
  for (const auto& probe : quorate::ProbeCounts()) {
    std::cout << probe.count << "\t" << probe.name << "\n";
  }
}

int RunSeeds(const Arguments& arguments, RunOptions options) {
  if (arguments.nodes != 0) options.nodes = arguments.nodes;
  if (arguments.seconds > 0) options.safety = absl::Seconds(arguments.seconds);
  if (arguments.verbose) options.live = &std::cout;
  for (uint64_t i = 0; i < arguments.seeds; ++i) {
    options.seed = arguments.seed + i;
    running = CommandFor(arguments, options.seed);
    const RunResult result = quorate::sim::Simulate(options);
    PrintResult(result);
    if (!arguments.history.empty() && !SaveHistory(arguments.history, result)) return kFailed;
    if (!result.clean()) {
      PrintViolation(arguments, result);
      return kViolation;
    }
  }
  if (arguments.probes) PrintProbes();
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  Arguments arguments;
  CLI::App app(kExamples);
  app.add_option("--seed", arguments.seed, "The first seed")->capture_default_str();
  app.add_option("--seeds", arguments.seeds, "How many, one after the other")
      ->capture_default_str();
  app.add_option("--nodes", arguments.nodes, "1, 3 or 5 (default: the seed's choice)")
      ->check(CLI::IsMember({1, 3, 5}));
  app.add_option("--duration", arguments.seconds, "Virtual seconds with faults (default: 10)");
  app.add_option("--profile", arguments.profile,
                 "mixed, elections, figure8, learners, reads, leases, expiry, leaderless, fates, "
                 "clocks, lost-tails, moves or leaderless-moves");
  app.add_option("--bug", arguments.bug, "Arm a deliberate bug (--bug help lists them)");
  app.add_option("--history", arguments.history, "Write the clients' history there (JSON lines)");
  app.add_flag("--verbose", arguments.verbose, "Print every event as it happens");
  app.add_flag("--probes", arguments.probes, "At the end, print how often rare paths were reached");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : kUsage;
  }
  RunOptions options;
  if (arguments.bug == "help") {
    for (const auto& bug : quorate::sim::DeliberateBugs()) {
      std::cout << bug.name << "\t" << bug.what << "\n";
    }
    return 0;
  }
  if (!arguments.bug.empty()) {
    const auto bug = quorate::sim::BugFromName(arguments.bug);
    if (!bug.ok()) {
      std::cerr << "error: " << bug.status().message() << "\n";
      return kUsage;
    }
    options.bugs = bug->bugs;
    options.profile = bug->profile;
  }
  if (!arguments.profile.empty()) {
    const auto profile = quorate::sim::ProfileFromName(arguments.profile);
    if (!profile.ok()) {
      std::cerr << "error: " << profile.status().message() << "\n";
      return kUsage;
    }
    options.profile = *profile;
  }
  std::signal(SIGABRT, OnAbort);
  return RunSeeds(arguments, options);
}
