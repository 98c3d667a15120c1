// kvctl keyspace lag
#include <algorithm>
#include <iostream>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>

#include "absl/time/clock.h"
#include "admin_json.h"
#include "answers.h"
#include "base/strings.h"
#include "exit_code.h"
#include "report.h"
#include "table.h"
#include "verb.h"

namespace quorate::kvctl {
namespace {

using nlohmann::json;

constexpr absl::Duration kLook = absl::Milliseconds(100);

struct LagArguments {
  std::string keyspace;
  bool wait = false;
};

std::string Age(absl::Duration time) {
  return absl::FormatDuration(absl::Trunc(time, absl::Milliseconds(1)));
}

json ToJson(const LagReport& report) {
  json shown = {{"lags", json::array()},
                {"replicas", json::array()},
                {"unreachable", json::array()},
                {"nothing_behind", report.nothing_behind()}};
  for (const LagDescription& one : report.lags) {
    shown["lags"].push_back({{"partition", one.partition.value()},
                             {"arc", one.arc},
                             {"told_by", one.node.value()},
                             {"node", one.behind.value()},
                             {"writes", one.writes},
                             {"time_us", absl::ToInt64Microseconds(one.time)},
                             {"heard_of", one.heard_of}});
  }
  for (const BacklogDescription& one : report.backlogs) {
    json line = {{"partition", one.partition.value()},
                 {"node", one.node.value()},
                 {"writes_not_everywhere", one.writes},
                 {"filled", one.filled},
                 {"staleness_us", nullptr}};
    if (one.staleness) line["staleness_us"] = absl::ToInt64Microseconds(*one.staleness);
    shown["replicas"].push_back(std::move(line));
  }
  for (const NodeId node : report.unreachable) shown["unreachable"].push_back(node.value());
  return shown;
}

using Place = std::pair<PartitionId, NodeId>;

// A replica as the one sees it that knows it furthest behind.
struct Behind {
  uint64_t writes = 0;
  absl::Duration time;
  bool heard_of = true;
};

void Print(const LagReport& report) {
  std::map<Place, Behind> behind;
  for (const LagDescription& one : report.lags) {
    Behind& replica = behind[{one.partition, one.behind}];
    replica.writes = std::max(replica.writes, one.writes);
    replica.time = std::max(replica.time, one.time);
    replica.heard_of = replica.heard_of && one.heard_of;
  }
  std::map<Place, BacklogDescription> backlogs;
  for (const BacklogDescription& one : report.backlogs) {
    backlogs[{one.partition, one.node}] = one;
    behind.try_emplace({one.partition, one.node});
  }
  Table table({"partition", "node", "writes behind", "for", "keeps for others", "age", "state"});
  for (const auto& [place, lag] : behind) {
    const auto own = backlogs.find(place);
    const bool answered = own != backlogs.end();
    const std::string time = lag.heard_of ? Age(lag.time) : "not heard of";
    const std::string age =
        answered && own->second.staleness ? StrCat("<= ", Age(*own->second.staleness)) : "";
    table.Add({place.first.ToString(), place.second.ToString(), std::to_string(lag.writes),
               lag.writes == 0 && lag.heard_of ? "" : time,
               answered ? std::to_string(own->second.writes) : "", age,
               !answered            ? "no answer"
               : own->second.filled ? "serves"
                                    : "being filled"});
  }
  table.Print(std::cout);
  if (!report.unreachable.empty()) {
    std::cout << "did not answer: " << ToLine(report.unreachable) << '\n';
  }
  if (report.nothing_behind()) std::cout << "every replica has every write\n";
}

int Run(Session& session, const LagArguments& arguments) {
  auto client = session.client();
  if (!client.ok()) return ReportError(session, client.status());
  const absl::Time deadline = absl::Now() + session.timeout();
  auto report = (*client)->Lag(arguments.keyspace, session.admin_options());
  while (arguments.wait && report.ok() && !report->nothing_behind() && absl::Now() < deadline) {
    // Nothing to wait on: replicas tell nobody outside what they know.
    absl::SleepFor(kLook);
    report = (*client)->Lag(arguments.keyspace, session.admin_options());
  }
  if (!report.ok()) {
    return ReportCallError(session, arguments.keyspace, report.status(),
                           StrCat("keyspace lag \"", arguments.keyspace, "\""));
  }
  if (session.output() == Output::kJson) {
    std::cout << ToJson(*report).dump(2) << '\n';
  } else {
    Print(*report);
  }
  return arguments.wait && !report->nothing_behind() ? kUnhealthy : kDone;
}

}  // namespace

void AddLag(CLI::App& keyspace, Session& session) {
  auto arguments = std::make_shared<LagArguments>();
  CLI::App* verb = AddVerb(
      keyspace, session, "lag", "Show how far the replicas of a leaderless keyspace are behind.",
      "  kvctl keyspace lag carts\n"
      "  kvctl keyspace lag carts --wait --timeout 1m    exit code 10 if it takes longer",
      [&session, arguments] { return Run(session, *arguments); });
  verb->add_option("NAME", arguments->keyspace)->required()->type_name("");
  verb->add_flag("--wait", arguments->wait, "Until every replica has every write, or --timeout");
}

}  // namespace quorate::kvctl
