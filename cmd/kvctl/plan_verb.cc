// kvctl cluster plan
#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>

#include "absl/strings/str_format.h"
#include "admin_json.h"
#include "base/strings.h"
#include "bytes.h"
#include "exit_code.h"
#include "node_id.h"
#include "plan.h"
#include "report.h"
#include "table.h"
#include "verb.h"

namespace quorate::kvctl {
namespace {

using nlohmann::json;

struct Change {
  std::string leave;
  std::string zone;
  uint32_t weight = 100;
  bool add = false;
};

json ToJson(const MovePlan& plan) {
  json shown = {{"epoch", plan.epoch.value()}, {"node", plan.node.value()},
                {"moves", json::array()},      {"nodes", json::array()},
                {"moves_min", plan.moves_min}, {"bytes", plan.bytes()}};
  for (const PlannedMove& move : plan.moves) {
    shown["moves"].push_back({{"partition", move.partition.value()},
                              {"keyspace", move.keyspace},
                              {"from", move.from.value()},
                              {"to", move.to.value()},
                              {"bytes", move.bytes}});
  }
  for (const PlannedLoad& load : plan.nodes) {
    json one = kvctl::ToJson(load.node);
    one["replicas_before"] = load.before;
    one["replicas_after"] = load.after;
    shown["nodes"].push_back(std::move(one));
  }
  return shown;
}

std::string NodeCell(NodeId node) { return node ? node.ToString() : "-"; }

void Print(const MovePlan& plan, bool all) {
  Table nodes({"node", "zone", "weight", "replicas before", "after"});
  for (const PlannedLoad& load : plan.nodes) {
    nodes.Add({load.node.id.ToString(), load.node.zone, std::to_string(load.node.weight),
               std::to_string(load.before), std::to_string(load.after)});
  }
  nodes.Print(std::cout);
  if (all) {
    Table moves({"partition", "keyspace", "from", "to", "about"});
    for (const PlannedMove& move : plan.moves) {
      moves.Add({move.partition.ToString(), move.keyspace.empty() ? "(meta)" : move.keyspace,
                 NodeCell(move.from), NodeCell(move.to), HumanBytes(move.bytes)});
    }
    std::cout << '\n';
    moves.Print(std::cout);
  }
  std::cout << plan.copies() << " replicas would be copied, about " << HumanBytes(plan.bytes());
  if (plan.moves_min > 0) {
    std::cout << absl::StrFormat("; %.2f times the fewest that give each node its share (%d)",
                                 static_cast<double>(plan.copies()) / plan.moves_min,
                                 plan.moves_min);
  }
  std::cout << '\n';
}

int Show(Session& session, const absl::StatusOr<MovePlan>& plan, const std::string& doing) {
  if (!plan.ok()) return ReportError(session, plan.status(), doing);
  if (session.output() == Output::kJson) {
    std::cout << ToJson(*plan).dump(2) << '\n';
  } else {
    Print(*plan, !session.quiet());
  }
  return kDone;
}

int RunPlan(Session& session, const Change& change) {
  const std::string doing = "cluster plan";
  if (change.add == !change.leave.empty()) {
    return ReportUsage(session, "one of --add and --decommission is wanted",
                       "kvctl cluster plan --help");
  }
  const std::optional<uint64_t> id = change.add ? 0 : ParseNodeId(change.leave);
  if (!id) {
    return ReportUsage(session, "a node such as n2 is wanted", "kvctl cluster plan --help");
  }
  auto client = session.client();
  if (!client.ok()) return ReportError(session, client.status());
  if (!change.add) return ShowPlanOfLeaving(session, **client, NodeId(*id), doing);
  return Show(session, (*client)->PlanToAdd(change.zone, change.weight, session.admin_options()),
              doing);
}

}  // namespace

int ShowPlanOfLeaving(Session& session, Client& client, NodeId node, const std::string& doing) {
  return Show(session, client.PlanToDecommission(node, session.admin_options()), doing);
}

void AddPlan(CLI::App& noun, Session& session) {
  auto change = std::make_shared<Change>();
  CLI::App* verb =
      AddVerb(noun, session, "plan", "Show what a change of nodes would move, without making it.",
              "  kvctl cluster plan --add --zone hall-b\n  kvctl cluster plan --decommission n2",
              [&session, change] { return RunPlan(session, *change); });
  verb->add_flag("--add", change->add, "If a node joined");
  verb->add_option("--zone", change->zone, "The zone it would be in")->type_name("NAME");
  verb->add_option("--weight", change->weight, "The share it would take; 100 is usual")
      ->type_name("NUMBER");
  verb->add_option("--decommission", change->leave, "If this node left")->type_name("NODE");
}

}  // namespace quorate::kvctl
