#include "report.h"

#include <sys/utsname.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <thread>
#include <utility>

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

constexpr char kCountersHead[] =
    "  servers' us/op (each)        load's us/op  switches/op  op/peer msg  op/flush  flushes/s  "
    "failed";

// CPU time first; what there was none of is a dash.
std::string CountersText(const Counters& counters, uint64_t failed, const std::string& error) {
  const auto number = [](double value) {
    return value > 0 ? absl::StrFormat("%.1f", value) : std::string("-");
  };
  std::string servers = number(counters.servers_us.median);
  if (counters.each_server_us.size() > 1) {
    const char* before = " (";
    for (const Spread& server : counters.each_server_us) {
      absl::StrAppendFormat(&servers, "%s%.1f", std::exchange(before, "+"), server.median);
    }
    servers += ")";
  }
  return absl::StrFormat(
      "  %-28s %12.1f %12.2f %12s %9s %10.0f %7d %s", servers, counters.load_us.median,
      counters.switches.median, number(counters.per_peer_message.median),
      number(counters.per_flush.median), counters.flushes_per_second.median, failed, error);
}

std::string SuiteText(const SuiteResult& result, const SuiteOptions& options) {
  std::string text = absl::StrFormat(
      "%d rounds of %s slices, order drawn anew each round; medians (low to high)\n\n",
      options.rounds, absl::FormatDuration(options.slice));
  absl::StrAppendFormat(&text, "%-42s %28s %9s %9s%s\n", "", "per second", "p50 us", "p99 us",
                        kCountersHead);
  for (const Row& row : result.rows) {
    absl::StrAppendFormat(&text, "%-42s %10.0f (%7.0f to %7.0f) %9.0f %9.0f%s\n", row.name,
                          row.per_second.median, row.per_second.low, row.per_second.high,
                          row.p50_us.median, row.p99_us.median,
                          CountersText(row.counters, row.failed, row.first_error));
  }
  return text + "\n" + RatioText(result.ratios);
}

std::string CurveText(const CurveResult& result, const CurveOptions& options) {
  std::string text = absl::StrFormat(
      "%d rounds of %s slices; a peak by closed loop, then, at a share of it, operations that fall "
      "due by chance, each one's latency from when it was due; medians\n\n",
      options.rounds, absl::FormatDuration(options.slice));
  absl::StrAppendFormat(&text, "%-30s %10s %6s %10s %10s %10s %10s%s\n", "", "peak/s", "share",
                        "done/s", "p50 us", "p99 us", "p99.9 us", kCountersHead);
  for (const Curve& curve : result.curves) {
    for (const CurvePoint& point : curve.points) {
      absl::StrAppendFormat(&text, "%-30s %10.0f %6.2f %10.0f %10.0f %10.0f %10.0f%s\n", curve.name,
                            curve.peak_per_second.median, point.share, point.per_second.median,
                            point.p50_us.median, point.p99_us.median, point.p999_us.median,
                            CountersText(point.counters, point.failed, point.first_error));
    }
  }
  return text + "\n" + RatioText(result.ratios);
}

std::string SustainedText(const SustainedResult& result, const SustainedOptions& options) {
  std::string text = absl::StrFormat("closed loops of %s, one after another\n\n",
                                     absl::FormatDuration(options.length));
  absl::StrAppendFormat(&text, "%-42s %10s %11s %10s %9s %9s %9s%s\n", "", "per second",
                        "first third", "last third", "p50 us", "p99 us", "max us", kCountersHead);
  for (const SustainedRow& row : result.rows) {
    absl::StrAppendFormat(&text, "%-42s %10.0f %11.0f %10.0f %9.0f %9.0f %9.0f%s\n", row.name,
                          row.per_second, row.first_third, row.last_third, row.p50_us, row.p99_us,
                          row.max_us, CountersText(row.counters, row.failed, row.first_error));
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
  if (report.sustained) {
    text += "\nsustained: " + SustainedText(*report.sustained, report.sustained_options);
  }
  if (report.curves) text += "\ncurve: " + CurveText(*report.curves, report.curve_options);
  for (const Experiment& experiment : report.experiments) text += "\n" + ExperimentText(experiment);
  for (const Part& part : report.parts) {
    absl::StrAppendFormat(&text, "\n%s took %.0f s", part.name, absl::ToDoubleSeconds(part.took));
  }
  if (!report.parts.empty()) text += "\n";
  for (const std::string& missing : report.missing) text += "\nMISSING: " + missing + "\n";
  return text;
}

}  // namespace quorate::bench
