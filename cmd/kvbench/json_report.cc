#include <nlohmann/json.hpp>
#include <utility>

#include "report.h"

namespace quorate::bench {
namespace {

nlohmann::json ToJson(const Spread& spread) {
  return {{"low", spread.low}, {"median", spread.median}, {"high", spread.high}};
}

// Puts the goal and whether it was reached beside a value, if there is a goal.
void AddGoal(const Goal& goal, double median, nlohmann::json& json) {
  if (goal.limit == 0) return;
  json["goal"] = {{goal.is_maximum ? "at_most" : "at_least", goal.limit},
                  {"reached", goal.ReachedBy(median)}};
}

// Among the figures that they belong to.
void AddCounters(const Counters& counters, nlohmann::json& json) {
  json["servers_cpu_us"] = ToJson(counters.servers_us);
  json["each_server_cpu_us"] = nlohmann::json::array();
  for (const Spread& server : counters.each_server_us) {
    json["each_server_cpu_us"].push_back(ToJson(server));
  }
  json["load_cpu_us"] = ToJson(counters.load_us);
  json["context_switches"] = ToJson(counters.switches);
  json["operations_per_peer_message"] = ToJson(counters.per_peer_message);
  json["operations_per_flush"] = ToJson(counters.per_flush);
  json["flushes_per_second"] = ToJson(counters.flushes_per_second);
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
    nlohmann::json one = {{"name", row.name},
                          {"per_second", ToJson(row.per_second)},
                          {"p50_us", ToJson(row.p50_us)},
                          {"p99_us", ToJson(row.p99_us)},
                          {"failed", row.failed}};
    AddCounters(row.counters, one);
    json["results"].push_back(std::move(one));
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
      nlohmann::json one = {{"share", point.share},
                            {"due_per_second", ToJson(point.due_per_second)},
                            {"per_second", ToJson(point.per_second)},
                            {"p50_us", ToJson(point.p50_us)},
                            {"p99_us", ToJson(point.p99_us)},
                            {"p999_us", ToJson(point.p999_us)},
                            {"failed", point.failed}};
      AddCounters(point.counters, one);
      points.push_back(std::move(one));
    }
    json["curves"].push_back({{"name", curve.name},
                              {"peak_per_second", ToJson(curve.peak_per_second)},
                              {"points", std::move(points)}});
  }
  return json;
}

nlohmann::json SustainedJson(const SustainedResult& result, const SustainedOptions& options) {
  nlohmann::json json = {{"seconds", absl::ToDoubleSeconds(options.length)},
                         {"results", nlohmann::json::array()},
                         {"ratios", RatiosJson(result.ratios)}};
  for (const SustainedRow& row : result.rows) {
    nlohmann::json one = {{"name", row.name},
                          {"per_second", row.per_second},
                          {"first_third_per_second", row.first_third},
                          {"last_third_per_second", row.last_third},
                          {"p50_us", row.p50_us},
                          {"p99_us", row.p99_us},
                          {"max_us", row.max_us},
                          {"failed", row.failed}};
    AddCounters(row.counters, one);
    json["results"].push_back(std::move(one));
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
  if (report.sustained) {
    json["sustained"] = SustainedJson(*report.sustained, report.sustained_options);
  }
  if (report.curves) json["curves"] = CurvesJson(*report.curves, report.curve_options);
  json["experiments"] = nlohmann::json::array();
  for (const Experiment& experiment : report.experiments) {
    json["experiments"].push_back(ExperimentJson(experiment));
  }
  json["parts"] = nlohmann::json::array();
  for (const Part& part : report.parts) {
    json["parts"].push_back({{"name", part.name}, {"seconds", absl::ToDoubleSeconds(part.took)}});
  }
  json["missing"] = report.missing;
  return json.dump(2) + "\n";
}

}  // namespace quorate::bench
