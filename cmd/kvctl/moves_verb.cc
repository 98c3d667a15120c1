// kvctl cluster moves
#include <algorithm>
#include <iostream>
#include <map>
#include <nlohmann/json.hpp>

#include "admin_json.h"
#include "base/strings.h"
#include "bytes.h"
#include "exit_code.h"
#include "membership.h"
#include "report.h"
#include "table.h"
#include "verb.h"

namespace quorate::kvctl {
namespace {

using nlohmann::json;
using Fills = std::map<PartitionId, FillDescription>;

// As the partitions' leaders tell.
Fills FillsOf(const ClusterState& state) {
  Fills fills;
  for (const NodeState& node : state.nodes) {
    for (const ReplicaDescription& replica : node.details) {
      if (replica.filling) fills[replica.partition] = *replica.filling;
    }
  }
  return fills;
}

uint64_t PerSecond(const FillDescription& fill) {
  const double seconds = absl::ToDoubleSeconds(fill.since);
  return seconds > 0 ? static_cast<uint64_t>(static_cast<double>(fill.sent_bytes) / seconds) : 0;
}

// Infinite: not known.
absl::Duration TimeLeft(const FillDescription& fill) {
  const uint64_t rate = PerSecond(fill);
  if (rate == 0 || fill.total_bytes == 0) return absl::InfiniteDuration();
  const uint64_t left = fill.total_bytes - std::min(fill.total_bytes, fill.sent_bytes);
  return absl::Seconds(static_cast<double>(left) / static_cast<double>(rate));
}

json ToJson(const Way& way, const Fills& fills) {
  json shown = {{"partition", way.partition.value()},
                {"keyspace", way.keyspace},
                {"from", way.from.value()},
                {"to", way.to.value()},
                {"since_ms", nullptr},
                {"sent_bytes", nullptr},
                {"total_bytes", nullptr},
                {"bytes_per_second", nullptr},
                {"left_ms", nullptr}};
  const auto it = fills.find(way.partition);
  if (it == fills.end()) return shown;
  const FillDescription& fill = it->second;
  shown["since_ms"] = absl::ToInt64Milliseconds(fill.since);
  shown["sent_bytes"] = fill.sent_bytes;
  shown["bytes_per_second"] = PerSecond(fill);
  if (fill.total_bytes > 0) shown["total_bytes"] = fill.total_bytes;
  const absl::Duration left = TimeLeft(fill);
  if (left < absl::InfiniteDuration()) shown["left_ms"] = absl::ToInt64Milliseconds(left);
  return shown;
}

std::string Rounded(absl::Duration time) {
  return absl::FormatDuration(absl::Trunc(time, absl::Milliseconds(100)));
}

void AddRow(const Way& way, const Fills& fills, Table& table) {
  std::vector<std::string> row = {
      way.partition.ToString(), way.keyspace.empty() ? "(meta)" : way.keyspace,
      way.from ? way.from.ToString() : "-", way.to ? way.to.ToString() : "-"};
  const auto it = fills.find(way.partition);
  if (it == fills.end()) {
    row.insert(row.end(), {"", "", "", ""});
  } else {
    const FillDescription& fill = it->second;
    const absl::Duration left = TimeLeft(fill);
    row.push_back(Rounded(fill.since));
    row.push_back(StrCat(HumanBytes(fill.sent_bytes), fill.total_bytes == 0 ? "" : " of ",
                         fill.total_bytes == 0 ? "" : HumanBytes(fill.total_bytes)));
    row.push_back(StrCat(HumanBytes(PerSecond(fill)), "/s"));
    row.push_back(left == absl::InfiniteDuration() ? "" : Rounded(left));
  }
  table.Add(std::move(row));
}

int RunMoves(Session& session) {
  auto client = session.client();
  if (!client.ok()) return ReportError(session, client.status());
  const auto topology = (*client)->Topology(session.admin_options());
  if (!topology.ok()) return ReportError(session, topology.status(), "cluster moves");
  const std::vector<Way> ways = WaysOf(*topology);
  Fills fills;
  if (!ways.empty()) {
    const auto state = (*client)->Status(session.admin_options());
    if (!state.ok()) return ReportError(session, state.status(), "cluster moves");
    fills = FillsOf(*state);
  }
  json shown = json::array();
  Table table({"partition", "keyspace", "from", "to", "for", "sent", "rate", "time left"});
  size_t waiting = 0;
  for (const Way& way : ways) {
    if (!way.under_way) {
      ++waiting;
      continue;
    }
    shown.push_back(ToJson(way, fills));
    AddRow(way, fills, table);
  }
  if (session.output() == Output::kJson) {
    std::cout
        << json{{"moves", shown}, {"waiting", waiting}, {"epoch", topology->epoch.value()}}.dump(2)
        << '\n';
    return kDone;
  }
  table.Print(std::cout);
  if (ways.empty()) {
    std::cout << "nothing moves\n";
  } else {
    std::cout << ways.size() - waiting << " move, " << waiting << " have yet to\n";
  }
  return kDone;
}

}  // namespace

void AddMoves(CLI::App& noun, Session& session) {
  AddVerb(noun, session, "moves", "Show which replicas are on their way, and how far they are.",
          "  kvctl cluster moves\n  kvctl cluster moves --output json",
          [&session] { return RunMoves(session); });
}

}  // namespace quorate::kvctl
