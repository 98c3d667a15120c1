// Judges recorded histories.
#include <algorithm>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "CLI/CLI.hpp"
#include "absl/strings/string_view.h"
#include "base/error.h"
#include "base/strings.h"
#include "check/history_json.h"
#include "check/judge.h"
#include "judged.h"
#include "report_json.h"
#include "report_table.h"

namespace quorate {
namespace {

enum ExitCode { kPassed = 0, kFailedToRun = 1, kBadUsage = 2, kFoundOrVoid = 10 };

constexpr char kDescription[] = R"(Judges what clients of the store were told.

examples:
  kvcheck run/history/*.jsonl         what each level promises, was it kept? One table for all
  kvcheck --output json *.jsonl       the same for a machine
  zstdcat history.jsonl.zst | kvcheck -
                                      judge what another program writes
  kvcheck --steps-max 50000000 history.jsonl
                                      try harder where a key was undecided
)";

constexpr char kFooter[] = R"(
exit codes:
  0   passed
  1   failed to run: the file could not be read or the verdict not written
  2   wrong usage, or a line that is no history: its number is told
  10  an anomaly was found, or a key is undecided, or nothing was checked

allowed: what a level does not promise and was seen to lack. The format of a
history is told in docs/history-format.md.)";

struct Options {
  std::vector<std::string> files;
  std::string output = "table";
  uint64_t steps_max = check::LinearizabilityOptions().steps_max;
  uint64_t expiry_slack_ms = 1000;
  bool disks_kept = false;
};

double Now() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

int Complain(const absl::Status& status) {
  std::cerr << "error: " << ReasonOf(status) << ": " << status.message() << "\n";
  return status.code() == absl::StatusCode::kInvalidArgument ? kBadUsage : kFailedToRun;
}

absl::StatusOr<check::History> Read(const std::string& file) {
  if (file == "-") return check::ReadHistory(std::cin, "stdin");
  std::ifstream in(file, std::ios::binary);
  if (!in) {
    return MakeError(absl::StatusCode::kUnavailable, "READ_FAILED",
                     StrCat(file, ": ", std::strerror(errno), "; give a history's file or -"));
  }
  return check::ReadHistory(in, file);
}

absl::StatusOr<Judged> Judge(const std::string& file, const Options& options) {
  const double begin = Now();
  const absl::StatusOr<check::History> history = Read(file);
  if (!history.ok()) return history.status();
  Judged judged;
  judged.file = file;
  judged.read_seconds = Now() - begin;
  judged.operations = history->operations().size();
  judged.job.job = file == "-" ? "stdin" : std::filesystem::path(file).stem().string();
  if (history->job()) judged.job = *history->job();
  judged.lines = check::JudgeHistory(
      *history, {.order = {.steps_max = options.steps_max},
                 .expiry_slack_us = static_cast<int64_t>(options.expiry_slack_ms) * 1000,
                 .disks_kept = options.disks_kept,
                 .clock = Now});
  return judged;
}

// Each file by itself, as many at once as there are cores.
std::vector<absl::StatusOr<Judged>> JudgeAll(const Options& options) {
  std::vector<absl::StatusOr<Judged>> all(options.files.size(), absl::UnknownError(""));
  std::atomic<size_t> next = 0;
  const auto work = [&] {
    for (size_t i; (i = next.fetch_add(1)) < all.size();) {
      all[i] = Judge(options.files[i], options);
    }
  };
  const size_t cores = std::max(1U, std::thread::hardware_concurrency());
  std::vector<std::jthread> threads;
  for (size_t i = 1; i < std::min(cores, all.size()); ++i) threads.emplace_back(work);
  work();
  threads.clear();  // joins
  return all;
}

int Run(const Options& options) {
  const double begin = Now();
  std::vector<Judged> all;
  for (absl::StatusOr<Judged>& judged : JudgeAll(options)) {
    if (!judged.ok()) return Complain(judged.status());
    all.push_back(*std::move(judged));
  }
  std::cout << (options.output == "json" ? ReportAsJson(all) : ReportAsTable(all, Now() - begin));
  if (!std::cout.flush()) {
    return Complain(MakeError(absl::StatusCode::kUnavailable, "WRITE_FAILED",
                              "the verdict could not be written to standard output"));
  }
  return Sum(all) == check::Verdict::kPassed ? kPassed : kFoundOrVoid;
}

}  // namespace

check::Verdict Sum(const std::vector<Judged>& all) {
  std::vector<check::PromiseVerdict> lines;
  for (const Judged& judged : all) {
    for (const check::PromiseVerdict& line : judged.lines) {
      lines.emplace_back();
      lines.back().verdict = line.verdict;
    }
  }
  return check::Sum(lines);
}

}  // namespace quorate

int main(int argc, char** argv) {
  quorate::Options options;
  CLI::App app(quorate::kDescription, "kvcheck");
  app.footer(quorate::kFooter);
  app.add_option("FILE", options.files, "histories, JSON lines; - for standard input")->required();
  app.add_option("--output", options.output, "table or json")
      ->check(CLI::IsMember({"table", "json"}))
      ->capture_default_str();
  app.add_option("--steps-max", options.steps_max,
                 "give a key up as undecided after so many steps (150 bytes of memory each)")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  app.add_option("--expiry-slack-ms", options.expiry_slack_ms,
                 "how much sooner or later than its time to live a value may go")
      ->check(CLI::Range(0, 86'400'000))
      ->capture_default_str();
  app.add_flag("--disks-kept", options.disks_kept,
               "no disk was lost or damaged: what was written at ONE or ANY in mode quorum must "
               "be there at the end");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? quorate::kPassed : quorate::kBadUsage;
  }
  return quorate::Run(options);
}
