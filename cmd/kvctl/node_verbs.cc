#include <grpcpp/create_channel.h>
#include <grpcpp/security/credentials.h>

#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "admin_json.h"
#include "base/strings.h"
#include "bytes.h"
#include "client/rpc_status.h"
#include "exit_code.h"
#include "membership.h"
#include "node_id.h"
#include "quorate/v1/admin.grpc.pb.h"
#include "report.h"
#include "table.h"
#include "verb.h"

namespace quorate::kvctl {
namespace {

struct NodeArguments {
  std::string node;
  std::string level;
};

// 2 or n2; 0 is all of them.
std::optional<uint64_t> ParseNode(std::string_view text) {
  return text == "all" ? std::optional<uint64_t>(0) : ParseNodeId(text);
}

absl::Status NodeNotFound(uint64_t node) {
  return MakeError(absl::StatusCode::kNotFound, "NODE_NOT_FOUND",
                   StrCat("there is no node n", node, "; kvctl cluster topology lists all"));
}

// Asks the node itself: no other may answer for it.
absl::StatusOr<std::string> AskNode(const std::string& address, const std::string& level,
                                    absl::Duration timeout) {
  const auto stub =
      v1::Admin::NewStub(grpc::CreateChannel(address, grpc::InsecureChannelCredentials()));
  grpc::ClientContext context;
  context.set_deadline(absl::ToChronoTime(absl::Now() + timeout));
  v1::SetLogLevelRequest request;
  request.set_level(level);
  v1::SetLogLevelResponse response;
  const grpc::Status rpc = stub->SetLogLevel(&context, request, &response);
  if (!rpc.ok()) return client::ResultOfRpc(rpc, context, !level.empty(), address).status;
  return response.level();
}

int RunLogLevel(Session& session, const NodeArguments& arguments) {
  const auto wanted = ParseNode(arguments.node);
  if (!wanted) {
    return ReportUsage(session, "a node such as n2, or all, is wanted",
                       "kvctl node log-level --help");
  }
  auto client = session.client();
  if (!client.ok()) return ReportError(session, client.status());
  const auto topology = (*client)->Topology(session.admin_options());
  if (!topology.ok()) return ReportError(session, topology.status(), "node log-level");
  Table table({"node", "log level"});
  int code = kDone;
  bool found = false;
  for (const NodeDescription& node : topology->nodes) {
    if (*wanted != 0 && node.id.value() != *wanted) continue;
    found = true;
    const auto level = AskNode(node.client_address, arguments.level, session.timeout());
    if (!level.ok()) {  // the others are asked all the same
      code = ReportError(session, level.status(), StrCat("log-level ", node.id.ToString()));
    } else if (session.output() == Output::kJson) {
      std::cout << nlohmann::json{{"node", node.id.value()}, {"level", *level}}.dump() << '\n';
    } else {
      table.Add({node.id.ToString(), *level});
    }
  }
  if (!found) {
    return ReportError(session, NodeNotFound(*wanted));
  }
  if (table.rows() > 0) table.Print(std::cout);
  return code;
}

std::string SkewText(absl::Duration ahead) {
  return absl::StrCat(absl::FormatDuration(absl::AbsDuration(ahead)),
                      ahead < absl::ZeroDuration() ? " behind" : " ahead");
}

void PrintNode(const NodeState& state, const std::string& membership) {
  std::cout << state.node.id.ToString() << " at " << state.node.client_address << ", peers "
            << state.node.peer_address
            << (state.node.zone.empty() ? "" : ", zone " + state.node.zone) << ", weight "
            << state.node.weight << (membership.empty() ? "" : ", ") << membership << '\n';
  if (!state.reachable) {
    std::cout << "does not answer\n";
    return;
  }
  std::cout << "version " << state.version << ", epoch " << state.epoch.value() << ", boot "
            << state.boot.value() << ", up "
            << absl::FormatDuration(absl::Trunc(state.uptime, absl::Seconds(1))) << '\n'
            << state.replicas << " replicas, " << state.leaders << " lead, " << state.leaderless
            << " know no leader; log " << HumanBytes(state.log_bytes) << ", data "
            << HumanBytes(state.data_bytes) << '\n';
  Table table({"node", "its clock"});
  for (const SkewDescription& one : state.skews) {
    table.Add({one.node.ToString(), SkewText(one.ahead)});
  }
  table.Print(std::cout);
}

int RunShow(Session& session, const NodeArguments& arguments) {
  const auto wanted = ParseNode(arguments.node);
  if (!wanted) {
    return ReportUsage(session, "a node such as n2, or all, is wanted", "kvctl node show --help");
  }
  auto client = session.client();
  if (!client.ok()) return ReportError(session, client.status());
  const auto state = (*client)->Status(session.admin_options());
  if (!state.ok()) return ReportError(session, state.status(), "node show");
  const auto topology = (*client)->Topology(session.admin_options());
  if (!topology.ok()) return ReportError(session, topology.status(), "node show");
  bool found = false;
  bool down = false;
  for (const NodeState& one : state->nodes) {
    if (*wanted != 0 && one.node.id.value() != *wanted) continue;
    found = true;
    down = down || !one.reachable;
    if (session.output() == Output::kJson) {
      nlohmann::json shown = ToJson(one);
      shown["membership"] = MembershipWord(*topology, one.node.id);
      std::cout << shown.dump() << '\n';
    } else {
      PrintNode(one, MembershipOf(*topology, one.node.id));
    }
  }
  if (!found) return ReportError(session, NodeNotFound(*wanted));
  return down ? kUnhealthy : kDone;
}

}  // namespace

void AddNode(CLI::App& app, Session& session) {
  auto arguments = std::make_shared<NodeArguments>();
  CLI::App* noun = AddNoun(app, "node", "Look after one node.",
                           "  kvctl node show n2\n  kvctl node log-level all debug");
  CLI::App* verb = AddVerb(*noun, session, "log-level",
                           "Show or change how much a node says, until it restarts.",
                           "  kvctl node log-level n2\n  kvctl node log-level all debug",
                           [&session, arguments] { return RunLogLevel(session, *arguments); });
  verb->add_option("NODE", arguments->node, "n2, or all")->required()->type_name("");
  verb->add_option("LEVEL", arguments->level, "trace, debug, info, warn, error or off")
      ->type_name("");
  verb = AddVerb(*noun, session, "show",
                 "Show a node as it sees itself, and how far the others' clocks are from its own.",
                 "  kvctl node show n2\n  kvctl node show all --output json",
                 [&session, arguments] { return RunShow(session, *arguments); });
  verb->add_option("NODE", arguments->node, "n2, or all")->required()->type_name("");
  AddMembers(*noun, session);
}

}  // namespace quorate::kvctl
