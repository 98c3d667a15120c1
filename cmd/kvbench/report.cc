#include "report.h"

#include <cstdlib>
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

std::string Verdict(const Goal& goal, double median) {
  if (goal.limit == 0) return "";
  return absl::StrFormat("  goal %s %g: %s", goal.is_maximum ? "<=" : ">=", goal.limit,
                         goal.ReachedBy(median) ? "reached" : "MISSED");
}

std::string SuiteText(const SuiteResult& result, const SuiteOptions& options) {
  std::string text = absl::StrFormat(
      "%d rounds of %s slices, order drawn anew each round; medians (low to high)\n\n",
      options.rounds, absl::FormatDuration(options.slice));
  absl::StrAppendFormat(&text, "%-36s %28s %9s %9s %9s %9s %9s %9s %9s %7s\n", "", "per second",
                        "p50 us", "p99 us", "servers'", "load's", "switches", "peer", "flushes",
                        "failed");
  absl::StrAppendFormat(&text, "%-36s %28s %9s %9s %9s %9s %9s %9s %9s\n", "", "", "", "",
                        "CPU us/op", "us/op", "/op", "msgs/op", "/s");
  for (const Row& row : result.rows) {
    absl::StrAppendFormat(
        &text, "%-36s %10.0f (%7.0f to %7.0f) %9.0f %9.0f %9.1f %9.1f %9.2f %9.3f %9.0f %7d %s\n",
        row.name, row.per_second.median, row.per_second.low, row.per_second.high, row.p50_us.median,
        row.p99_us.median, row.servers_us.median, row.load_us.median, row.switches.median,
        row.peer_messages.median, row.flushes_per_second.median, row.failed, row.first_error);
  }
  text += "\n";
  for (const RatioRow& row : result.ratios) {
    absl::StrAppendFormat(&text, "%-40s %6.2f (%.2f to %.2f)%s\n", row.ratio.name, row.value.median,
                          row.value.low, row.value.high, Verdict(row.ratio.goal, row.value.median));
  }
  return text;
}

std::string ExperimentText(const Experiment& experiment) {
  std::string text = experiment.title + ": " + experiment.method + "\n\n";
  for (const Figure& figure : experiment.figures) {
    const Spread spread = SpreadOf(figure.values);
    absl::StrAppendFormat(&text, "%-48s %9.4g (%.4g to %.4g) %s, of %d%s\n", figure.name,
                          spread.median, spread.low, spread.high, figure.unit, figure.values.size(),
                          Verdict(figure.goal, spread.median));
  }
  return text;
}

nlohmann::json ToJson(const Spread& spread) {
  return {{"low", spread.low}, {"median", spread.median}, {"high", spread.high}};
}

// Puts the goal and whether it was reached beside a value, if there is a goal.
void AddGoal(const Goal& goal, double median, nlohmann::json& json) {
  if (goal.limit == 0) return;
  json["goal"] = {{goal.is_maximum ? "at_most" : "at_least", goal.limit},
                  {"reached", goal.ReachedBy(median)}};
}

nlohmann::json SuiteJson(const SuiteResult& result, const SuiteOptions& options) {
  nlohmann::json json = {{"rounds", options.rounds},
                         {"slice_seconds", absl::ToDoubleSeconds(options.slice)}};
  for (const Row& row : result.rows) {
    json["results"].push_back({{"name", row.name},
                               {"per_second", ToJson(row.per_second)},
                               {"p50_us", ToJson(row.p50_us)},
                               {"p99_us", ToJson(row.p99_us)},
                               {"servers_cpu_us", ToJson(row.servers_us)},
                               {"load_cpu_us", ToJson(row.load_us)},
                               {"context_switches", ToJson(row.switches)},
                               {"peer_messages", ToJson(row.peer_messages)},
                               {"flushes_per_second", ToJson(row.flushes_per_second)},
                               {"failed", row.failed}});
  }
  for (const RatioRow& row : result.ratios) {
    nlohmann::json ratio = {{"name", row.ratio.name}, {"value", ToJson(row.value)}};
    AddGoal(row.ratio.goal, row.value.median, ratio);
    json["ratios"].push_back(std::move(ratio));
  }
  return json;
}

nlohmann::json ExperimentJson(const Experiment& experiment) {
  nlohmann::json json = {{"title", experiment.title}, {"method", experiment.method}};
  for (const Figure& figure : experiment.figures) {
    const Spread spread = SpreadOf(figure.values);
    nlohmann::json one = {{"name", figure.name},
                          {"unit", figure.unit},
                          {"value", ToJson(spread)},
                          {"values", figure.values}};
    AddGoal(figure.goal, spread.median, one);
    json["figures"].push_back(std::move(one));
  }
  return json;
}

}  // namespace

Machine ThisMachine() {
  Machine machine{std::thread::hardware_concurrency(), Processor(), 0};
  getloadavg(&machine.load, 1);
  return machine;
}

std::string TextReport(const Report& report) {
  std::string text =
      absl::StrFormat("%d x %s, load average %.2f as it began\n", report.machine.cores,
                      report.machine.processor, report.machine.load);
  if (report.suite) text += "\nsuite: " + SuiteText(*report.suite, report.suite_options);
  for (const Experiment& experiment : report.experiments) text += "\n" + ExperimentText(experiment);
  for (const std::string& missing : report.missing) text += "\nMISSING: " + missing + "\n";
  return text;
}

std::string JsonReport(const Report& report) {
  nlohmann::json json;
  json["machine"] = {{"cores", report.machine.cores},
                     {"processor", report.machine.processor},
                     {"load_average", report.machine.load}};
  if (report.suite) json["suite"] = SuiteJson(*report.suite, report.suite_options);
  json["experiments"] = nlohmann::json::array();
  for (const Experiment& experiment : report.experiments) {
    json["experiments"].push_back(ExperimentJson(experiment));
  }
  json["missing"] = report.missing;
  return json.dump(2) + "\n";
}

}  // namespace quorate::bench
