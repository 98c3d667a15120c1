// Drills: the network between the nodes is cut and healed.
#include <grpcpp/create_channel.h>
#include <grpcpp/security/credentials.h>

#include <iostream>
#include <map>
#include <memory>
#include <set>

#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/time/clock.h"
#include "base/error.h"
#include "base/strings.h"
#include "client/rpc_status.h"
#include "exit_code.h"
#include "node_id.h"
#include "quorate/v1/admin.grpc.pb.h"
#include "report.h"
#include "verb.h"

namespace quorate::kvctl {
namespace {

// Each node's group; nodes that are in none are alone.
using Groups = std::map<uint64_t, size_t>;

absl::Status BadGroup(std::string_view group, std::string_view why) {
  return MakeError(absl::StatusCode::kInvalidArgument, "BAD_FLAG",
                   StrCat("group \"", group, "\": ", why, "; groups look like this: 1 2,3"));
}

absl::StatusOr<Groups> ParseGroups(const std::vector<std::string>& texts,
                                   const TopologyDescription& topology) {
  std::set<uint64_t> known;
  for (const NodeDescription& node : topology.nodes) known.insert(node.id.value());
  Groups groups;
  for (size_t i = 0; i < texts.size(); ++i) {
    for (const absl::string_view name : absl::StrSplit(texts[i], ',')) {
      const auto id = ParseNodeId(ToStd(name));
      if (!id || !known.contains(*id)) return BadGroup(texts[i], StrCat("no node ", ToStd(name)));
      if (!groups.emplace(*id, i).second) {
        return BadGroup(texts[i], StrCat("n", *id, " is in two groups"));
      }
    }
  }
  return groups;
}

// Which nodes one of them no longer reaches.
v1::SetFaultsRequest FaultsOf(uint64_t node, const Groups& groups,
                              const TopologyDescription& topology) {
  v1::SetFaultsRequest faults;
  const auto own = groups.find(node);
  for (const NodeDescription& other : topology.nodes) {
    const auto there = groups.find(other.id.value());
    const bool together =
        own != groups.end() && there != groups.end() && own->second == there->second;
    if (other.id.value() != node && !together) faults.add_cut_off(other.id.value());
  }
  return faults;
}

// To the node itself: the network between nodes is what is cut.
absl::Status SetFaults(const std::string& address, const v1::SetFaultsRequest& faults,
                       absl::Duration timeout) {
  const auto stub =
      v1::Admin::NewStub(grpc::CreateChannel(address, grpc::InsecureChannelCredentials()));
  grpc::ClientContext context;
  context.set_deadline(absl::ToChronoTime(absl::Now() + timeout));
  v1::SetFaultsResponse response;
  const grpc::Status rpc = stub->SetFaults(&context, faults, &response);
  return client::ResultOfRpc(rpc, context, /*write=*/true, address).status;
}

// Every node is told, whatever becomes of the others.
int SetAll(Session& session, const std::string& what, bool heal,
           const std::vector<std::string>& texts) {
  auto client = session.client();
  if (!client.ok()) return ReportError(session, client.status());
  const auto topology = (*client)->Topology(session.admin_options());
  if (!topology.ok()) return ReportError(session, topology.status(), what);
  const auto groups = ParseGroups(texts, *topology);
  if (!groups.ok()) return ReportError(session, groups.status(), what);
  int code = kDone;
  for (const NodeDescription& node : topology->nodes) {
    const v1::SetFaultsRequest faults =
        heal ? v1::SetFaultsRequest() : FaultsOf(node.id.value(), *groups, *topology);
    const absl::Status set = SetFaults(node.client_address, faults, session.timeout());
    if (!set.ok()) code = ReportError(session, set, StrCat(what, " at ", node.id.ToString()));
  }
  if (code != kDone || session.output() == Output::kJson) return code;
  std::cout << (heal ? "every node reaches every other again"
                     : StrCat("cut: ", absl::StrJoin(texts, " | ")))
            << '\n';
  return code;
}

}  // namespace

void AddClusterCut(CLI::App& noun, Session& session) {
  auto groups = std::make_shared<std::vector<std::string>>();
  CLI::App* cut = AddVerb(
      noun, session, "cut",
      "For drills: nodes of different groups no longer reach each other; clients reach all.",
      "  kvctl cluster cut 1 2,3     n1 alone, n2 and n3 together\n  kvctl cluster heal\n\n"
      "The nodes must have been started with --fault-switch.",
      [&session, groups] { return SetAll(session, "cluster cut", /*heal=*/false, *groups); });
  cut->add_option("GROUP", *groups, "nodes that still reach each other, such as 2,3")
      ->required()
      ->type_name("");
  AddVerb(noun, session, "heal", "Ends a cut.", "  kvctl cluster heal",
          [&session] { return SetAll(session, "cluster heal", /*heal=*/true, {}); });
}

}  // namespace quorate::kvctl
