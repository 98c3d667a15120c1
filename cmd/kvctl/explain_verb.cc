#include <algorithm>
#include <cctype>
#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>

#include "absl/strings/str_format.h"
#include "answers.h"
#include "base/error.h"
#include "base/reasons.h"
#include "base/strings.h"
#include "exit_code.h"
#include "levels.h"
#include "report.h"
#include "suggest.h"
#include "table.h"
#include "verb.h"

namespace quorate::kvctl {
namespace {

struct ExplainArguments {
  std::string what;
  std::string read;
  std::string write;
};

// Names of keyspaces have no capitals, reasons and levels nothing else.
bool IsInCapitals(const std::string& text) {
  return std::any_of(text.begin(), text.end(), [](unsigned char c) { return std::isupper(c); });
}

int ExplainReason(const Session& session, const std::string& name) {
  const ReasonText* reason = FindReason(name);
  if (reason == nullptr) {
    std::vector<std::string> names = LevelNames();
    for (const ReasonText& one : AllReasons()) names.emplace_back(one.name);
    return ReportError(session, MakeError(absl::StatusCode::kNotFound, "USAGE",
                                          StrCat("no error has the reason ", name, ", nor is it ",
                                                 "a level", DidYouMean(name, names))));
  }
  if (session.output() == Output::kJson) {
    const nlohmann::json shown = {
        {"reason", reason->name}, {"meaning", reason->meaning}, {"remedy", reason->remedy}};
    std::cout << shown.dump() << '\n';
  } else {
    std::cout << reason->name << ": " << reason->meaning << "\n  " << reason->remedy << '\n';
  }
  return kDone;
}

std::string LossLine(const LossDescription& loss, uint32_t partitions, std::string_view what,
                     const ring::Guarantee* guarantee) {
  if (loss.stopped == 0) return "goes on";
  const std::string stops = loss.stopped == partitions
                                ? "stops"
                                : StrCat(loss.stopped, " of ", partitions, " partitions stop");
  return StopsAsItMay(guarantee, StrCat(stops, " without ", what, loss.worst));
}

std::vector<std::string> RowOf(ring::Access kind, const LevelDescription& level,
                               const Explanation& explanation) {
  const ring::Guarantee* guarantee = ring::FindGuarantee(explanation.mode, kind, level.level);
  const auto of = [&](uint32_t count) { return StrCat(count, " of ", explanation.replicas); };
  return {std::string(AccessName(kind)),
          std::string(LevelName(level.level)),
          of(level.answers),
          of(level.needs),
          LossLine(level.one_node, explanation.partitions, "", guarantee),
          level.one_zone ? LossLine(*level.one_zone, explanation.partitions, "zone ", guarantee)
                         : "no zones named"};
}

void AddLatencies(const LevelDescription& level, Table& table) {
  const auto at_most = [](absl::Duration time) {
    return StrCat("<= ", absl::FormatDuration(time));
  };
  for (const LatencyDescription& one : level.latencies) {
    table.Add({one.operation, std::string(LevelName(level.level)), std::to_string(one.requests),
               at_most(one.p50), at_most(one.p99)});
  }
}

void AddZones(ring::Access access, const LevelDescription& level, Table& table) {
  for (const ZoneDescription& one : level.zones) {
    table.Add({std::string(AccessName(access)), std::string(LevelName(level.level)),
               one.zone.empty() ? "(none named)" : one.zone,
               StrCat(one.needs, " of ", one.replicas)});
  }
}

void PrintStaleness(const Explanation& explanation) {
  if (explanation.staleness_note.empty()) return;
  std::cout << "\nstale reads: " << explanation.staleness_note << '\n';
  Table curve({"after the acknowledgement", "stale"});
  for (const StalenessDescription& one : explanation.staleness) {
    curve.Add(
        {absl::FormatDuration(one.since_write),
         one.probability == 0 ? "< 0.01 %" : absl::StrFormat("%.2f %%", one.probability * 100)});
  }
  curve.Print(std::cout);
}

void Print(const Explanation& explanation) {
  std::cout << explanation.keyspace << ": mode " << ModeName(explanation.mode) << ", "
            << explanation.replicas << " replicas, " << explanation.partitions
            << " partitions, epoch " << explanation.epoch.value() << '\n'
            << Sentence(StrCat(explanation.write.promise, "; ", explanation.read.promise))
            << "\n\n";
  Table levels({"", "level", "answer", "needed", "one node gone", "one zone gone"});
  levels.Add(RowOf(ring::Access::kWrite, explanation.write, explanation));
  levels.Add(RowOf(ring::Access::kRead, explanation.read, explanation));
  levels.Print(std::cout);
  Table zones({"", "level", "zone", "needed there"});
  AddZones(ring::Access::kWrite, explanation.write, zones);
  AddZones(ring::Access::kRead, explanation.read, zones);
  if (zones.rows() > 0) std::cout << '\n';
  zones.Print(std::cout);
  Table latencies({"operation", "level", "requests", "p50", "p99"});
  AddLatencies(explanation.write, latencies);
  AddLatencies(explanation.read, latencies);
  const std::string node = explanation.node.ToString();
  if (latencies.rows() == 0) {
    std::cout << "\nno traffic at these levels yet through " << node << '\n';
  } else {
    std::cout << "\nthrough " << node << " since it started, all keyspaces together:\n";
    latencies.Print(std::cout);
  }
  PrintStaleness(explanation);
}

int ExplainKeyspace(Session& session, const ExplainArguments& arguments) {
  Level levels[] = {Level::kDefault, Level::kDefault};
  const std::pair<std::string_view, const std::string&> texts[] = {{"--read", arguments.read},
                                                                   {"--write", arguments.write}};
  for (size_t i = 0; i < 2; ++i) {
    if (texts[i].second.empty()) continue;
    const auto level = ParseLevel(texts[i].first, texts[i].second);
    if (!level.ok()) return ReportError(session, level.status());
    levels[i] = *level;
  }
  auto client = session.client();
  if (!client.ok()) return ReportError(session, client.status());
  const auto explanation =
      (*client)->Explain(arguments.what, levels[0], levels[1], session.admin_options());
  if (!explanation.ok()) {
    return ReportCallError(session, arguments.what, explanation.status(),
                           StrCat("explain \"", arguments.what, "\""));
  }
  if (session.output() == Output::kJson) {
    std::cout << ToJson(*explanation).dump(2) << '\n';
  } else {
    Print(*explanation);
  }
  return kDone;
}

int RunExplain(Session& session, const ExplainArguments& arguments) {
  if (!IsInCapitals(arguments.what)) return ExplainKeyspace(session, arguments);
  if (ParseLevel("level", arguments.what).ok()) return ExplainLevel(session, arguments.what);
  return ExplainReason(session, arguments.what);
}

}  // namespace

void AddExplain(CLI::App& app, Session& session) {
  auto arguments = std::make_shared<ExplainArguments>();
  CLI::App* verb = AddVerb(app, session, "explain",
                           "Say what a keyspace's levels promise and cost, or what an error means.",
                           "  kvctl explain orders\n"
                           "  kvctl explain orders --read ONE --write QUORUM\n"
                           "  kvctl explain NO_LEADER",
                           [&session, arguments] { return RunExplain(session, *arguments); });
  verb->add_option("WHAT", arguments->what, "A keyspace, the reason of an error, or a level")
      ->required()
      ->type_name("");
  verb->add_option("--read", arguments->read, "Level of reads; the keyspace's by default")
      ->type_name("LEVEL");
  verb->add_option("--write", arguments->write, "Level of writes, likewise")->type_name("LEVEL");
}

}  // namespace quorate::kvctl
