// Nodes that go, and the list of those that are there.
#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>

#include "absl/time/clock.h"
#include "admin_json.h"
#include "base/error.h"
#include "base/strings.h"
#include "confirm.h"
#include "exit_code.h"
#include "interrupt.h"
#include "membership.h"
#include "node_id.h"
#include "plan.h"
#include "report.h"
#include "table.h"
#include "verb.h"

namespace quorate::kvctl {
namespace {

// Nobody tells kvctl when a move is over.
constexpr absl::Duration kLook = absl::Milliseconds(200);
constexpr absl::Duration kTell = absl::Seconds(1);
constexpr absl::Duration kSilenceMax = absl::Seconds(30);

struct Leave {
  std::string node;
  std::string confirm;
  bool dead = false;
  bool dry_run = false;
  bool wait = false;
};

// Tells on stderr how much there is still to do.
class Teller {
 public:
  explicit Teller(const Session& session) : quiet_(session.quiet()) {}

  void Tell(const TopologyDescription& topology, NodeId node) {
    const size_t left = ReplicasOn(topology, node);
    if (quiet_ || left == told_ || absl::Now() < next_) return;
    told_ = left;
    next_ = absl::Now() + kTell;
    std::cerr << node.ToString() << ": " << left << " replicas have yet to go\n";
  }

 private:
  const bool quiet_;
  size_t told_ = SIZE_MAX;
  absl::Time next_ = absl::InfinitePast();
};

// Until the node is not in the topology any more.
int WaitUntilGone(Session& session, Client& client, NodeId node, const std::string& doing) {
  NoteInterrupts();
  Teller teller(session);
  absl::Time heard = absl::Now();
  while (!Interrupted()) {
    const auto topology = client.Topology(session.admin_options());
    if (topology.ok()) {
      heard = absl::Now();
      if (topology->FindNode(node) == nullptr) return kDone;
      teller.Tell(*topology, node);
    } else if (absl::Now() - heard > kSilenceMax) {
      return ReportError(session, topology.status(), doing);
    }
    absl::SleepFor(kLook);
  }
  std::cerr << node.ToString() << " goes on leaving; kvctl cluster topology shows how far it is\n";
  return kInterrupted;
}

int RunLeave(Session& session, const Leave& leave) {
  const std::string verb = leave.dead ? "replace" : "decommission";
  const std::optional<uint64_t> id = ParseNodeId(leave.node);
  if (!id || *id == 0) {
    return ReportUsage(session, "a node such as n2 is wanted",
                       StrCat("kvctl node ", verb, " --help"));
  }
  const NodeId node(*id);
  const std::string doing = StrCat("node ", verb, " ", node.ToString());
  auto client = session.client();
  if (!client.ok()) return ReportError(session, client.status());
  if (leave.dry_run) return ShowPlanOfLeaving(session, **client, node, doing);
  const absl::Status confirmed = Confirm(
      session,
      leave.dead
          ? StrCat("This gives node ", node.ToString(),
                   " up: its replicas are made anew on other nodes, and it cannot come back.")
          : StrCat("This moves all replicas of node ", node.ToString(),
                   " to other nodes; then it leaves the cluster and its process ends."),
      node.ToString(), leave.confirm);
  if (!confirmed.ok()) return ReportError(session, confirmed);
  const auto epoch = leave.dead ? (*client)->ReplaceNode(node, session.admin_options())
                                : (*client)->DecommissionNode(node, session.admin_options());
  if (!epoch.ok()) return ReportError(session, epoch.status(), doing);
  if (leave.wait) {
    const int code = WaitUntilGone(session, **client, node, doing);
    if (code != kDone) return code;
  }
  if (session.output() == Output::kJson) {
    std::cout
        << nlohmann::json{{"node", *id}, {"epoch", epoch->value()}, {"gone", leave.wait}}.dump()
        << '\n';
  } else if (!session.quiet()) {
    std::cout << node.ToString()
              << (leave.wait ? " has left the cluster\n"
                             : " is leaving; kvctl cluster moves shows how far it is\n");
  }
  return kDone;
}

int RunList(Session& session) {
  auto client = session.client();
  if (!client.ok()) return ReportError(session, client.status());
  const auto topology = (*client)->Topology(session.admin_options());
  if (!topology.ok()) return ReportError(session, topology.status(), "node list");
  Table table({"node", "clients", "peers", "zone", "weight", "replicas", "membership"});
  for (const NodeDescription& node : topology->nodes) {
    const std::string membership = MembershipWord(*topology, node.id);
    if (session.output() == Output::kJson) {
      nlohmann::json shown = ToJson(node);
      shown["replicas"] = ReplicasOn(*topology, node.id);
      shown["membership"] = membership;
      std::cout << shown.dump() << '\n';
    } else {
      table.Add({node.id.ToString(), node.client_address, node.peer_address, node.zone,
                 std::to_string(node.weight), std::to_string(ReplicasOn(*topology, node.id)),
                 membership});
    }
  }
  table.Print(std::cout);
  return kDone;
}

void AddLeave(CLI::App& noun, Session& session, bool dead) {
  auto leave = std::make_shared<Leave>();
  leave->dead = dead;
  const std::string name = dead ? "replace" : "decommission";
  CLI::App* verb = AddVerb(
      noun, session, name,
      dead ? "Give up a node that is gone for good; its replicas are made anew on others."
           : "Empty a node and let it go: its replicas move to others, then its process ends.",
      StrCat("  kvctl node ", name, " n4 --dry-run              what would move\n  kvctl node ",
             name, " n4 --confirm n4 --wait    in scripts"),
      [&session, leave] { return RunLeave(session, *leave); });
  verb->add_option("NODE", leave->node, "Such as n4")->required()->type_name("");
  verb->add_option("--confirm", leave->confirm, "The node once more")->type_name("NODE");
  verb->add_flag("--dry-run", leave->dry_run, "Only show what would move, or why it is refused");
  verb->add_flag("--wait", leave->wait, "Until it has left");
}

}  // namespace

void AddMembers(CLI::App& noun, Session& session) {
  AddVerb(noun, session, "list", "Show the nodes of the cluster, and which of them come or go.",
          "  kvctl node list", [&session] { return RunList(session); });
  AddLeave(noun, session, /*dead=*/false);
  AddLeave(noun, session, /*dead=*/true);
}

}  // namespace quorate::kvctl
