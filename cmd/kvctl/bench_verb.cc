#include <unistd.h>

#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>

#include "absl/strings/str_format.h"
#include "absl/time/clock.h"
#include "answers.h"
#include "base/env.h"
#include "base/error.h"
#include "base/strings.h"
#include "bench_load.h"
#include "exit_code.h"
#include "interrupt.h"
#include "leaders.h"
#include "report.h"
#include "table.h"
#include "verb.h"

namespace quorate::kvctl {
namespace {

using nlohmann::json;

constexpr absl::Duration kStep = absl::Milliseconds(100);

struct BenchArguments {
  std::string keyspace;  // empty: one of its own
  std::string duration = "10s";
  BenchPlan plan;
};

absl::Status BadFlag(std::string_view flag, std::string_view value, std::string_view wanted) {
  return MakeError(absl::StatusCode::kInvalidArgument, "BAD_FLAG",
                   StrCat("--", flag, " \"", value, "\": ", wanted));
}

absl::StatusOr<absl::Duration> CheckArguments(const BenchArguments& arguments) {
  absl::Duration duration;
  if (!absl::ParseDuration(arguments.duration, &duration) || duration <= absl::ZeroDuration()) {
    return BadFlag("duration", arguments.duration, "a positive time is wanted, such as 10s");
  }
  const BenchPlan& plan = arguments.plan;
  if (plan.concurrency == 0 || plan.concurrency > 10'000) {
    return BadFlag("concurrency", StrCat(plan.concurrency), "1 to 10000 are possible");
  }
  if (plan.keys == 0) return BadFlag("keys", "0", "one at least");
  if (!(plan.read_ratio >= 0 && plan.read_ratio <= 1)) {
    return BadFlag("read-ratio", absl::StrFormat("%g", plan.read_ratio),
                   "a number from 0 to 1 is wanted");
  }
  return duration;
}

// A line that is drawn over, where stderr is a terminal.
class ProgressLine {
 public:
  explicit ProgressLine(const Session& session)
      : shown_(!session.quiet() && isatty(STDERR_FILENO) != 0) {}
  ~ProgressLine() {
    if (shown_) std::cerr << "\r\x1b[K";
  }
  void Update(absl::Duration passed, absl::Duration all, uint64_t answered) const {
    if (!shown_) return;
    const double seconds = std::max(0.001, absl::ToDoubleSeconds(passed));
    std::cerr << absl::StrFormat("\r\x1b[Kbench: %.0f s of %s, %.0f operations/s", seconds,
                                 absl::FormatDuration(all),
                                 static_cast<double>(answered) / seconds);
    std::cerr.flush();
  }

 private:
  const bool shown_;
};

BenchResult Measure(const Session& session, const quorate::Keyspace& keyspace,
                    const BenchPlan& plan, absl::Duration duration) {
  BenchLoad load(keyspace, plan);
  const ProgressLine progress(session);
  const absl::Duration began = SystemEnv().Monotonic();
  load.Start();
  for (absl::Duration passed; passed < duration && !Interrupted();
       passed = SystemEnv().Monotonic() - began) {
    progress.Update(passed, duration, load.answered());
    absl::SleepFor(std::min(kStep, duration - passed));  // a signal wakes it
  }
  load.Stop();
  return load.result();
}

double PerSecond(const BenchResult& result, const BenchSeries& series) {
  return static_cast<double>(series.latency.count()) /
         std::max(1e-6, absl::ToDoubleSeconds(result.took));
}

std::string Time(absl::Duration time) {
  return absl::StrFormat("%.3f ms", absl::ToDoubleMilliseconds(time));
}

void PrintTable(const BenchResult& result) {
  Table table({"operation", "done", "per second", "p50", "p90", "p99", "p99.9", "failed"});
  const std::pair<const char*, const BenchSeries&> all[] = {{"get", result.reads},
                                                            {"put", result.writes}};
  for (const auto& [name, series] : all) {
    if (series.latency.count() + series.failed == 0) continue;
    const Histogram& latency = series.latency;
    table.Add({name, std::to_string(latency.count()),
               absl::StrFormat("%.0f", PerSecond(result, series)), Time(latency.Quantile(0.5)),
               Time(latency.Quantile(0.9)), Time(latency.Quantile(0.99)),
               Time(latency.Quantile(0.999)), std::to_string(series.failed)});
  }
  table.Print(std::cout);
  for (const auto& [reason, count] : result.errors) {
    std::cout << reason << ": " << count << " (kvctl explain " << reason << ")\n";
  }
}

json ToJson(const BenchResult& result, const BenchSeries& series) {
  const auto us = [&](double quantile) {
    return absl::ToDoubleMicroseconds(series.latency.Quantile(quantile));
  };
  return {{"done", series.latency.count()},
          {"failed", series.failed},
          {"per_second", PerSecond(result, series)},
          {"p50_us", us(0.5)},
          {"p90_us", us(0.9)},
          {"p99_us", us(0.99)},
          {"p999_us", us(0.999)}};
}

void PrintJson(const BenchResult& result) {
  const json shown = {{"seconds", absl::ToDoubleSeconds(result.took)},
                      {"interrupted", Interrupted()},
                      {"get", ToJson(result, result.reads)},
                      {"put", ToJson(result, result.writes)},
                      {"errors", result.errors}};
  std::cout << shown.dump(2) << '\n';
}

int ExitOf(const BenchResult& result) {
  if (Interrupted()) return kInterrupted;
  if (result.errors.empty()) return kDone;
  return result.reads.latency.count() + result.writes.latency.count() > 0 ? kPartial : kFailed;
}

// Made and, when it goes, dropped.
class OwnKeyspace {
 public:
  explicit OwnKeyspace(Client& client)
      : client_(client), name_(absl::StrFormat("kvctl-bench-%016x", SystemEnv().Random())) {}
  ~OwnKeyspace() {
    if (!made_) return;
    const auto dropped = client_.DropKeyspace(name_);
    if (!dropped.ok()) std::cerr << "keyspace " << name_ << " is left behind; drop it\n";
  }

  absl::Status Make(absl::Duration timeout) {
    const auto made = client_.CreateKeyspace(name_, {}, {.deadline = timeout});
    made_ = made.ok();
    if (!made_) return made.status();
    WaitForLeaders(client_, name_, timeout);
    return absl::OkStatus();
  }
  const std::string& name() const { return name_; }

 private:
  Client& client_;
  const std::string name_;
  bool made_ = false;
};

int RunBench(Session& session, BenchArguments& arguments) {
  const auto duration = CheckArguments(arguments);
  if (!duration.ok()) return ReportError(session, duration.status());
  auto client = session.client();
  if (!client.ok()) return ReportError(session, client.status());
  NoteInterrupts();
  OwnKeyspace own(**client);
  const auto write = session.write_options();
  if (!write.ok()) return ReportError(session, write.status());
  std::string name = arguments.keyspace;
  if (name.empty()) {
    if (absl::Status made = own.Make(session.timeout()); !made.ok()) {
      return ReportError(session, made, "bench");
    }
    name = own.name();
  } else if (auto there = (*client)->DescribeKeyspace(name, session.admin_options()); !there.ok()) {
    return ReportCallError(session, name, there.status(), "bench");
  }
  arguments.plan.read = session.read_options();
  arguments.plan.write = *write;
  const BenchResult result = Measure(session, (*client)->Keyspace(name), arguments.plan, *duration);
  if (session.output() == Output::kJson) {
    PrintJson(result);
  } else {
    PrintTable(result);
  }
  return ExitOf(result);
}

}  // namespace

void AddBench(CLI::App& app, Session& session) {
  auto arguments = std::make_shared<BenchArguments>();
  CLI::App* verb = AddVerb(app, session, "bench", "Measure what the cluster does under load.",
                           "  kvctl bench\n"
                           "  kvctl bench --duration 30s --concurrency 256 --read-ratio 0.9\n"
                           "  kvctl bench --level ONE",
                           [&session, arguments] { return RunBench(session, *arguments); });
  verb->add_option("--keyspace", arguments->keyspace,
                   "Keys bench/... of this one; by default one that is made and dropped")
      ->type_name("KEYSPACE");
  verb->add_option("--duration", arguments->duration, "How long")
      ->type_name("TIME")
      ->capture_default_str();
  verb->add_option("--concurrency", arguments->plan.concurrency, "Operations under way at once")
      ->type_name("N")
      ->capture_default_str();
  verb->add_option("--read-ratio", arguments->plan.read_ratio, "Reads among them, from 0 to 1")
      ->type_name("RATIO")
      ->capture_default_str();
  verb->add_option("--value-bytes", arguments->plan.value_bytes, "Of each value written")
      ->type_name("N")
      ->capture_default_str();
  verb->add_option("--keys", arguments->plan.keys, "Different keys")
      ->type_name("N")
      ->capture_default_str();
}

}  // namespace quorate::kvctl
