// kvctl cluster moves
#include <algorithm>
#include <iostream>
#include <map>
#include <nlohmann/json.hpp>
#include <set>

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

// As the partitions' leaders tell; without one, all that fill who joins, together.
Fills FillsOf(const ClusterState& state) {
  Fills fills;
  for (const NodeState& node : state.nodes) {
    for (const ReplicaDescription& replica : node.details) {
      if (!replica.filling) continue;
      const auto [fill, first] = fills.try_emplace(replica.partition, *replica.filling);
      if (first) continue;
      fill->second.since = std::max(fill->second.since, replica.filling->since);
      fill->second.sent_bytes += replica.filling->sent_bytes;
      fill->second.total_bytes += replica.filling->total_bytes;
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

// Nodes that say nothing, and how many ways wait for them.
struct Waiting {
  size_t ways = 0;  // that have yet to be gone
  size_t blocked = 0;
  std::set<NodeId> silent;
};

Waiting WaitingOf(const std::vector<Way>& ways, const ClusterState& state) {
  std::set<NodeId> silent;
  for (const NodeState& node : state.nodes) {
    if (!node.reachable) silent.insert(node.node.id);
  }
  Waiting waiting;
  for (const Way& way : ways) {
    const std::vector<NodeId> missing = WaitsFor(way, silent);
    waiting.ways += way.under_way ? 0 : 1;
    waiting.blocked += missing.empty() ? 0 : 1;
    waiting.silent.insert(missing.begin(), missing.end());
  }
  return waiting;
}

std::string Summary(size_t ways, const Waiting& waiting) {
  if (ways == 0) return "nothing moves";
  std::string text = StrCat(ways - waiting.ways, " move, ", waiting.ways, " have yet to");
  if (waiting.blocked == 0) return text;
  StrAppend(&text, "; ", waiting.blocked, " of these wait for ");
  for (const NodeId node : waiting.silent) {
    StrAppend(&text, node == *waiting.silent.begin() ? "" : ", ", node.ToString());
  }
  return text;
}

json ToJson(const std::vector<Way>& ways, const Fills& fills, const Waiting& waiting, Epoch epoch) {
  json shown = {{"moves", json::array()},
                {"waiting", waiting.ways},
                {"waits_for", json::array()},
                {"epoch", epoch.value()}};
  for (const Way& way : ways) {
    if (way.under_way) shown["moves"].push_back(ToJson(way, fills));
  }
  for (const NodeId node : waiting.silent) shown["waits_for"].push_back(node.value());
  return shown;
}

int RunMoves(Session& session) {
  auto client = session.client();
  if (!client.ok()) return ReportError(session, client.status());
  const auto topology = (*client)->Topology(session.admin_options());
  if (!topology.ok()) return ReportError(session, topology.status(), "cluster moves");
  const std::vector<Way> ways = WaysOf(*topology);
  Fills fills;
  Waiting waiting;
  if (!ways.empty()) {
    const auto state = (*client)->Status(session.admin_options());
    if (!state.ok()) return ReportError(session, state.status(), "cluster moves");
    fills = FillsOf(*state);
    waiting = WaitingOf(ways, *state);
  }
  if (session.output() == Output::kJson) {
    std::cout << ToJson(ways, fills, waiting, topology->epoch).dump(2) << '\n';
    return kDone;
  }
  Table table({"partition", "keyspace", "from", "to", "for", "sent", "rate", "time left"});
  for (const Way& way : ways) {
    if (way.under_way) AddRow(way, fills, table);
  }
  table.Print(std::cout);
  std::cout << Summary(ways.size(), waiting) << '\n';
  return kDone;
}

}  // namespace

void AddMoves(CLI::App& noun, Session& session) {
  AddVerb(noun, session, "moves", "Show which replicas are on their way, and how far they are.",
          "  kvctl cluster moves\n  kvctl cluster moves --output json",
          [&session] { return RunMoves(session); });
}

}  // namespace quorate::kvctl
