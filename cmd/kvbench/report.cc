#include "report.h"

#include <sys/utsname.h>
#include <unistd.h>

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

std::string RatioText(const std::vector<RatioRow>& ratios) {
  std::string text;
  for (const RatioRow& row : ratios) {
    absl::StrAppendFormat(&text, "%-60s %6.2f (%.2f to %.2f)%s\n", row.ratio.name, row.value.median,
                          row.value.low, row.value.high, Verdict(row.ratio.goal, row.value.median));
  }
  return text;
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
  return text + "\n" + RatioText(result.ratios);
}

std::string CurveText(const CurveResult& result, const CurveOptions& options) {
  std::string text = absl::StrFormat(
      "%d rounds of %s slices; a peak by closed loop, then, at a share of it, operations that fall "
      "due by chance, each one's latency from when it was due; medians\n\n",
      options.rounds, absl::FormatDuration(options.slice));
  absl::StrAppendFormat(&text, "%-30s %10s %6s %10s %10s %10s %10s %7s\n", "", "peak/s", "share",
                        "done/s", "p50 us", "p99 us", "p99.9 us", "failed");
  for (const Curve& curve : result.curves) {
    for (const CurvePoint& point : curve.points) {
      absl::StrAppendFormat(&text, "%-30s %10.0f %6.2f %10.0f %10.0f %10.0f %10.0f %7d %s\n",
                            curve.name, curve.peak_per_second.median, point.share,
                            point.per_second.median, point.p50_us.median, point.p99_us.median,
                            point.p999_us.median, point.failed, point.first_error);
    }
  }
  return text + "\n" + RatioText(result.ratios);
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

nlohmann::json RatiosJson(const std::vector<RatioRow>& ratios) {
  nlohmann::json json = nlohmann::json::array();
  for (const RatioRow& row : ratios) {
    nlohmann::json ratio = {{"name", row.ratio.name}, {"value", ToJson(row.value)}};
    AddGoal(row.ratio.goal, row.value.median, ratio);
    json.push_back(std::move(ratio));
  }
  return json;
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
  json["ratios"] = RatiosJson(result.ratios);
  return json;
}

nlohmann::json CurvesJson(const CurveResult& result, const CurveOptions& options) {
  nlohmann::json json = {{"rounds", options.rounds},
                         {"slice_seconds", absl::ToDoubleSeconds(options.slice)},
                         {"curves", nlohmann::json::array()},
                         {"ratios", RatiosJson(result.ratios)}};
  for (const Curve& curve : result.curves) {
    nlohmann::json points = nlohmann::json::array();
    for (const CurvePoint& point : curve.points) {
      points.push_back({{"share", point.share},
                        {"due_per_second", ToJson(point.due_per_second)},
                        {"per_second", ToJson(point.per_second)},
                        {"p50_us", ToJson(point.p50_us)},
                        {"p99_us", ToJson(point.p99_us)},
                        {"p999_us", ToJson(point.p999_us)},
                        {"failed", point.failed}});
    }
    json["curves"].push_back({{"name", curve.name},
                              {"peak_per_second", ToJson(curve.peak_per_second)},
                              {"points", std::move(points)}});
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
  Machine machine{std::thread::hardware_concurrency(), Processor(), 0, "", 0};
  getloadavg(&machine.load, 1);
  utsname kernel = {};
  if (uname(&kernel) == 0) machine.kernel = kernel.release;
  machine.memory_bytes =
      static_cast<uint64_t>(sysconf(_SC_PHYS_PAGES)) * static_cast<uint64_t>(sysconf(_SC_PAGESIZE));
  return machine;
}

std::string TextReport(const Report& report) {
  std::string text =
      absl::StrFormat("%d x %s, load average %.2f as it began\n", report.machine.cores,
                      report.machine.processor, report.machine.load);
  if (report.suite) text += "\nsuite: " + SuiteText(*report.suite, report.suite_options);
  if (report.curves) text += "\ncurve: " + CurveText(*report.curves, report.curve_options);
  for (const Experiment& experiment : report.experiments) text += "\n" + ExperimentText(experiment);
  for (const std::string& missing : report.missing) text += "\nMISSING: " + missing + "\n";
  return text;
}

std::string JsonReport(const Report& report) {
  nlohmann::json json;
  json["machine"] = {{"cores", report.machine.cores},
                     {"processor", report.machine.processor},
                     {"load_average", report.machine.load},
                     {"kernel", report.machine.kernel},
                     {"memory_bytes", report.machine.memory_bytes}};
  json["began"] = absl::FormatTime(absl::RFC3339_sec, report.began, absl::UTCTimeZone());
  json["programs"] = nlohmann::json::array();
  for (const Program& program : report.programs) {
    json["programs"].push_back({{"name", program.name},
                                {"what", program.what},
                                {"version", program.version},
                                {"command", program.command}});
  }
  if (report.suite) json["suite"] = SuiteJson(*report.suite, report.suite_options);
  if (report.curves) json["curves"] = CurvesJson(*report.curves, report.curve_options);
  json["experiments"] = nlohmann::json::array();
  for (const Experiment& experiment : report.experiments) {
    json["experiments"].push_back(ExperimentJson(experiment));
  }
  json["missing"] = report.missing;
  return json.dump(2) + "\n";
}

}  // namespace quorate::bench
