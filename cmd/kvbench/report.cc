#include "report.h"

#include <fstream>
#include <nlohmann/json.hpp>
#include <thread>

#include "absl/strings/str_format.h"

namespace quorate::bench {
namespace {

std::string Processor() {
  std::ifstream in("/proc/cpuinfo");
  std::string line;
  while (std::getline(in, line)) {
    if (line.rfind("model name", 0) == 0) return line.substr(line.find(':') + 2);
  }
  return "unknown processor";
}

std::string Verdict(const RatioRow& row) {
  if (row.ratio.goal == 0) return "";
  const bool reached = row.ratio.goal_is_maximum ? row.value.median <= row.ratio.goal
                                                 : row.value.median >= row.ratio.goal;
  return absl::StrFormat("  goal %s %g: %s",
                         row.ratio.goal_is_maximum ? "<=" : ">=", row.ratio.goal,
                         reached ? "reached" : "MISSED");
}

nlohmann::json ToJson(const Spread& spread) {
  return {{"low", spread.low}, {"median", spread.median}, {"high", spread.high}};
}

}  // namespace

std::string TextReport(const SuiteResult& result, const SuiteOptions& options) {
  std::string text = absl::StrFormat(
      "%d x %s, %d rounds of %s slices, order drawn anew each round; medians (low to high)\n\n",
      std::thread::hardware_concurrency(), Processor(), options.rounds,
      absl::FormatDuration(options.slice));
  absl::StrAppendFormat(&text, "%-28s %28s %12s %12s %8s\n", "", "per second", "p50 us", "p99 us",
                        "failed");
  for (const Row& row : result.rows) {
    absl::StrAppendFormat(&text, "%-28s %10.0f (%7.0f to %7.0f) %12.0f %12.0f %8d %s\n", row.name,
                          row.per_second.median, row.per_second.low, row.per_second.high,
                          row.p50_us.median, row.p99_us.median, row.failed, row.first_error);
  }
  text += "\n";
  for (const RatioRow& row : result.ratios) {
    absl::StrAppendFormat(&text, "%-40s %6.2f (%.2f to %.2f)%s\n", row.ratio.name, row.value.median,
                          row.value.low, row.value.high, Verdict(row));
  }
  return text;
}

std::string JsonReport(const SuiteResult& result, const SuiteOptions& options) {
  nlohmann::json json;
  json["machine"] = {{"cores", std::thread::hardware_concurrency()}, {"processor", Processor()}};
  json["rounds"] = options.rounds;
  json["slice_seconds"] = absl::ToDoubleSeconds(options.slice);
  for (const Row& row : result.rows) {
    json["results"].push_back({{"name", row.name},
                               {"per_second", ToJson(row.per_second)},
                               {"p50_us", ToJson(row.p50_us)},
                               {"p99_us", ToJson(row.p99_us)},
                               {"failed", row.failed}});
  }
  for (const RatioRow& row : result.ratios) {
    json["ratios"].push_back(
        {{"name", row.ratio.name}, {"value", ToJson(row.value)}, {"goal", row.ratio.goal}});
  }
  return json.dump(2) + "\n";
}

}  // namespace quorate::bench
