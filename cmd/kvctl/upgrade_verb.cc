// kvctl cluster upgrade: which builds the nodes are of, and how what they may tell and
// write is raised.
#include <algorithm>
#include <iostream>
#include <nlohmann/json.hpp>

#include "absl/time/clock.h"
#include "base/features.h"
#include "base/strings.h"
#include "exit_code.h"
#include "interrupt.h"
#include "report.h"
#include "table.h"
#include "verb.h"

namespace quorate::kvctl {
namespace {

using nlohmann::json;

// Nobody tells kvctl when every node knows it.
constexpr absl::Duration kLook = absl::Milliseconds(100);
constexpr absl::Duration kWaitMax = absl::Seconds(30);
constexpr char kDoing[] = "cluster upgrade";

struct Builds {
  uint32_t active = 1;
  uint32_t next = 0;
  std::vector<NodeState> nodes;

  // A build that says nothing of it is of the first version.
  static uint32_t SpeaksOf(const NodeState& node) { return std::max(node.protocol, 1u); }
  // What all nodes speak, of those that answer.
  uint32_t Common() const {
    uint32_t common = kProtocolVersion;
    for (const NodeState& node : nodes) {
      if (node.reachable) common = std::max(common, SpeaksOf(node));
    }
    for (const NodeState& node : nodes) {
      if (node.reachable) common = std::min(common, SpeaksOf(node));
    }
    return common;
  }
  bool AllAnswer() const {
    return std::all_of(nodes.begin(), nodes.end(), [](const auto& node) { return node.reachable; });
  }
  bool AnyNewer() const {
    return std::any_of(nodes.begin(), nodes.end(), [&](const NodeState& node) {
      return node.reachable && SpeaksOf(node) > active;
    });
  }
};

absl::StatusOr<Builds> Look(Session& session, Client& client) {
  const auto topology = client.Topology(session.admin_options());
  if (!topology.ok()) return topology.status();
  auto state = client.Status(session.admin_options());
  if (!state.ok()) return state.status();
  return Builds{std::max(topology->protocol.active, 1u), topology->protocol.next,
                std::move(state->nodes)};
}

// Which nodes keep the protocol where it is.
std::string Laggards(const Builds& builds) {
  std::string named;
  for (const NodeState& node : builds.nodes) {
    if (node.reachable && Builds::SpeaksOf(node) > builds.active) continue;
    StrAppend(&named, named.empty() ? "" : ", ", node.node.id.ToString(),
              node.reachable ? "" : " (does not answer)");
  }
  return named;
}

std::string Sentence(const Builds& builds) {
  if (builds.next > builds.active) {
    return StrCat("being raised from ", builds.active, " to ", builds.next,
                  ": used once every node knows it");
  }
  if (!builds.AnyNewer()) return StrCat("all nodes are of builds of protocol ", builds.active);
  if (!builds.AllAnswer() || builds.Common() <= builds.active) {
    return StrCat("not yet of a newer build: ", Laggards(builds));
  }
  return StrCat("every node speaks ", builds.Common(),
                ": kvctl cluster upgrade --finalize raises it, and there is no way back");
}

void Print(const Builds& builds) {
  std::cout << "protocol " << builds.active << '\n';
  Table table({"node", "version", "speaks"});
  for (const NodeState& node : builds.nodes) {
    table.Add({node.node.id.ToString(), node.reachable ? node.version : "(does not answer)",
               node.reachable
                   ? StrCat(std::max(node.protocol_min, 1u), " to ", Builds::SpeaksOf(node))
                   : ""});
  }
  table.Print(std::cout);
  for (const Feature& feature : kFeatures) {
    std::cout << feature.name << ": since " << feature.since
              << (feature.since <= builds.active ? ", in use\n" : ", not in use\n");
  }
  std::cout << Sentence(builds) << '\n';
}

json ToJson(const Builds& builds) {
  json nodes = json::array();
  for (const NodeState& node : builds.nodes) {
    nodes.push_back({{"node", node.node.id.value()},
                     {"reachable", node.reachable},
                     {"version", node.version},
                     {"protocol", node.reachable ? Builds::SpeaksOf(node) : 0},
                     {"protocol_min", node.protocol_min}});
  }
  json features = json::array();
  for (const Feature& feature : kFeatures) {
    features.push_back({{"name", feature.name},
                        {"since", feature.since},
                        {"active", feature.since <= builds.active}});
  }
  return {{"protocol", builds.active},
          {"protocol_next", builds.next},
          {"nodes", nodes},
          {"features", features}};
}

int Show(const Session& session, const Builds& builds, int code) {
  if (session.output() == Output::kJson) {
    std::cout << ToJson(builds).dump(2) << '\n';
  } else {
    Print(builds);
  }
  return code;
}

// Until it is in use.
int Await(Session& session, Client& client, uint32_t wanted) {
  NoteInterrupts();
  const absl::Time until = absl::Now() + kWaitMax;
  absl::StatusOr<Builds> builds = Look(session, client);
  while (!Interrupted() && absl::Now() < until && (!builds.ok() || builds->active < wanted)) {
    absl::SleepFor(kLook);
    builds = Look(session, client);
  }
  if (!builds.ok()) return ReportError(session, builds.status(), kDoing);
  if (builds->active >= wanted) return Show(session, *builds, kDone);
  std::cerr << "it goes on by itself, once every node is up and knows it\n";
  return Show(session, *builds, Interrupted() ? kInterrupted : kPartial);
}

int Run(Session& session, bool finalize) {
  auto client = session.client();
  if (!client.ok()) return ReportError(session, client.status());
  if (!finalize) {
    const auto builds = Look(session, **client);
    if (!builds.ok()) return ReportError(session, builds.status(), kDoing);
    return Show(session, *builds, kDone);
  }
  const auto raised = (*client)->RaiseProtocol(session.admin_options());
  if (!raised.ok()) return ReportError(session, raised.status(), kDoing);
  if (raised->next > raised->active) return Await(session, **client, raised->next);
  const auto builds = Look(session, **client);
  if (!builds.ok()) return ReportError(session, builds.status(), kDoing);
  return Show(session, *builds, builds->AnyNewer() ? kConditionNotMet : kDone);
}

}  // namespace

void AddUpgrade(CLI::App& noun, Session& session) {
  auto finalize = std::make_shared<bool>(false);
  CLI::App* verb = AddVerb(noun, session, "upgrade",
                           "Show which builds the nodes are of; raise what they may use.",
                           "  kvctl cluster upgrade\n  kvctl cluster upgrade --finalize",
                           [&session, finalize] { return Run(session, *finalize); });
  verb->add_flag("--finalize", *finalize,
                 "Use what the newest build of all nodes brings. There is no way back: older "
                 "builds are refused from then on");
}

}  // namespace quorate::kvctl
