#include <grpcpp/create_channel.h>
#include <grpcpp/security/credentials.h>

#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>

#include "absl/time/clock.h"
#include "base/strings.h"
#include "client/rpc_status.h"
#include "exit_code.h"
#include "node_id.h"
#include "quorate/v1/admin.grpc.pb.h"
#include "report.h"
#include "table.h"
#include "verb.h"

namespace quorate::kvctl {
namespace {

struct Arguments {
  std::string node;
  std::string level;
};

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

int RunLogLevel(Session& session, const Arguments& arguments) {
  const auto wanted =
      arguments.node == "all" ? std::optional<uint64_t>(0) : ParseNodeId(arguments.node);
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
    return ReportError(session, MakeError(absl::StatusCode::kNotFound, "NODE_NOT_FOUND",
                                          StrCat("there is no node n", *wanted,
                                                 "; kvctl cluster topology lists all")));
  }
  if (table.rows() > 0) table.Print(std::cout);
  return code;
}

}  // namespace

void AddNode(CLI::App& app, Session& session) {
  auto arguments = std::make_shared<Arguments>();
  CLI::App* noun = AddNoun(app, "node", "Look after one node.",
                           "  kvctl node log-level n2\n  kvctl node log-level all debug");
  CLI::App* verb = AddVerb(*noun, session, "log-level",
                           "Show or change how much a node says, until it restarts.",
                           "  kvctl node log-level n2\n  kvctl node log-level all debug",
                           [&session, arguments] { return RunLogLevel(session, *arguments); });
  verb->add_option("NODE", arguments->node, "n2, or all")->required()->type_name("");
  verb->add_option("LEVEL", arguments->level, "trace, debug, info, warn, error or off")
      ->type_name("");
}

}  // namespace quorate::kvctl
