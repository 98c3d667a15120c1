// Judges a recorded history.
#include <cerrno>
#include <cstring>
#include <fstream>
#include <iostream>
#include <string>

#include "CLI/CLI.hpp"
#include "absl/strings/string_view.h"
#include "base/error.h"
#include "base/strings.h"
#include "check/final_state.h"
#include "check/format.h"
#include "check/history_json.h"
#include "check/linearizable.h"
#include "report_json.h"

namespace quorate {
namespace {

enum ExitCode { kPassed = 0, kFailedToRun = 1, kBadUsage = 2, kFoundOrVoid = 10 };

constexpr char kDescription[] = R"(Judges what clients of the store were told.

examples:
  kvcheck history.jsonl               is each key linearizable, is each acknowledged write there?
  kvcheck --output json history.jsonl the same for a machine
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

The format of a history is told in docs/history-format.md.)";

struct Options {
  std::string file;
  std::string output = "table";
  uint64_t steps_max = check::LinearizabilityOptions().steps_max;
};

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

// A history without final reads is judged by its order alone.
check::Verdict Sum(const check::LinearizabilityReport& order,
                   const check::FinalStateReport& final_state) {
  using check::Verdict;
  if (final_state.replicas == 0) return order.verdict;
  for (const Verdict verdict :
       {Verdict::kViolated, Verdict::kUndecided, Verdict::kNothingChecked}) {
    if (order.verdict == verdict || final_state.verdict == verdict) return verdict;
  }
  return Verdict::kPassed;
}

int Run(const Options& options) {
  const absl::StatusOr<check::History> history = Read(options.file);
  if (!history.ok()) return Complain(history.status());
  const check::LinearizabilityReport order =
      check::CheckLinearizable(*history, {.steps_max = options.steps_max});
  const check::FinalStateReport final_state = check::CheckFinalState(*history);
  const check::Verdict verdict = Sum(order, final_state);
  if (options.output == "json") {
    std::cout << ReportAsJson(options.file, check::VerdictName(verdict), order, final_state);
  } else {
    std::cout << check::FormatReport(order) << check::FormatReport(final_state)
              << check::VerdictName(verdict) << "\n";
  }
  if (!std::cout.flush()) {
    return Complain(MakeError(absl::StatusCode::kUnavailable, "WRITE_FAILED",
                              "the verdict could not be written to standard output"));
  }
  return verdict == check::Verdict::kPassed ? kPassed : kFoundOrVoid;
}

}  // namespace
}  // namespace quorate

int main(int argc, char** argv) {
  quorate::Options options;
  CLI::App app(quorate::kDescription, "kvcheck");
  app.footer(quorate::kFooter);
  app.add_option("FILE", options.file, "JSON lines; - for standard input")->required();
  app.add_option("--output", options.output, "table or json")
      ->check(CLI::IsMember({"table", "json"}))
      ->capture_default_str();
  app.add_option("--steps-max", options.steps_max,
                 "give a key up as undecided after so many steps (150 bytes of memory each)")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? quorate::kPassed : quorate::kBadUsage;
  }
  return quorate::Run(options);
}
