#include <charconv>
#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>

#include "admin_json.h"
#include "answers.h"
#include "base/strings.h"
#include "base/text.h"
#include "exit_code.h"
#include "leaders.h"
#include "report.h"
#include "table.h"
#include "verb.h"

namespace quorate::kvctl {
namespace {

struct PartitionArguments {
  std::string keyspace;
  std::string key;
  std::string partition;
  std::string to;
  bool dry_run = false;
};

// 7, or with the letter it is printed with: p7, n7.
std::optional<uint64_t> ParseId(std::string_view text, char letter) {
  if (text.starts_with(letter)) text.remove_prefix(1);
  uint64_t id = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), id);
  if (error != std::errc() || end != text.data() + text.size() || id == 0) return std::nullopt;
  return id;
}

std::string LeaderLine(const std::map<PartitionId, NodeId>& leaders, PartitionId partition) {
  const auto found = leaders.find(partition);
  return found == leaders.end() ? "none" : found->second.ToString();
}

absl::StatusOr<std::vector<KeyspaceState>> Describe(Session& session, Client& client,
                                                    const std::string& only) {
  std::vector<std::string> names = {only};
  if (only.empty()) {
    auto listed = client.ListKeyspaces(session.admin_options());
    if (!listed.ok()) return listed.status();
    names.clear();
    for (const KeyspaceDescription& one : *listed) names.push_back(one.name);
  }
  std::vector<KeyspaceState> states;
  for (const std::string& name : names) {
    auto state = client.DescribeKeyspace(name, session.admin_options());
    if (!state.ok()) return state.status();
    states.push_back(*std::move(state));
  }
  return states;
}

int RunList(Session& session, const PartitionArguments& arguments) {
  auto client = session.client();
  if (!client.ok()) return ReportError(session, client.status());
  const auto states = Describe(session, **client, arguments.keyspace);
  if (!states.ok()) {
    return ReportCallError(session, arguments.keyspace, states.status(), "partition list");
  }
  Table table({"partition", "keyspace", "arc", "leader", "nodes"});
  for (const KeyspaceState& state : *states) {
    const auto leaders = LeadersOf(state.replicas);
    for (size_t arc = 0; arc < state.keyspace.partitions.size(); ++arc) {
      const PartitionDescription& one = state.keyspace.partitions[arc];
      if (session.output() != Output::kJson) {
        const bool leaderless = state.keyspace.mode == Mode::kQuorum;
        table.Add({one.id.ToString(), state.keyspace.name, std::to_string(arc),
                   leaderless ? "-" : LeaderLine(leaders, one.id), ToLine(one.replicas)});
        continue;
      }
      nlohmann::json line = {{"partition", one.id.value()},
                             {"keyspace", state.keyspace.name},
                             {"arc", arc},
                             {"leader", nullptr},
                             {"replicas", nlohmann::json::array()}};
      if (leaders.contains(one.id)) line["leader"] = leaders.at(one.id).value();
      for (const NodeId node : one.replicas) line["replicas"].push_back(node.value());
      std::cout << line.dump() << '\n';
    }
  }
  table.Print(std::cout);
  return kDone;
}

int RunOwners(Session& session, const PartitionArguments& arguments) {
  auto client = session.client();
  if (!client.ok()) return ReportError(session, client.status());
  const auto state = (*client)->DescribeKeyspace(arguments.keyspace, session.admin_options());
  const auto topology = (*client)->Topology(session.admin_options());
  if (!state.ok() || !topology.ok()) {
    return ReportCallError(session, arguments.keyspace,
                           state.ok() ? topology.status() : state.status(), "partition owners");
  }
  const PartitionDescription* partition = state->keyspace.PartitionOf(arguments.key);
  if (partition == nullptr) {
    return ReportError(session, MakeError(absl::StatusCode::kNotFound, "NO_PARTITIONS",
                                          "the keyspace has no partitions yet"));
  }
  const auto leaders = LeadersOf(state->replicas);
  Table table({"partition", "node", "address", "role"});
  nlohmann::json owners = nlohmann::json::array();
  for (const NodeId node : partition->replicas) {
    const NodeDescription* known = topology->FindNode(node);
    const std::string address = known == nullptr ? "" : known->client_address;
    const bool leads = leaders.contains(partition->id) && leaders.at(partition->id) == node;
    const bool leaderless = state->keyspace.mode == Mode::kQuorum;
    table.Add({partition->id.ToString(), node.ToString(), address,
               leaderless ? "replica"
               : leads    ? "leader"
                          : "follower"});
    owners.push_back({{"node", node.value()}, {"address", address}, {"leader", leads}});
  }
  if (session.output() == Output::kJson) {
    std::cout << nlohmann::json{{"key", BytesToJson(arguments.key)},
                                {"partition", partition->id.value()},
                                {"owners", owners}}
                     .dump()
              << '\n';
  } else {
    table.Print(std::cout);
  }
  return kDone;
}

int RunTransfer(Session& session, const PartitionArguments& arguments) {
  const auto partition = ParseId(arguments.partition, 'p');
  const auto to = arguments.to.empty() ? std::optional<uint64_t>(0) : ParseId(arguments.to, 'n');
  if (!partition || !to) {
    return ReportUsage(session, "a partition such as p7 and a node such as n2 are wanted",
                       "kvctl partition transfer-leader --help");
  }
  auto client = session.client();
  if (!client.ok()) return ReportError(session, client.status());
  if (arguments.dry_run) {
    std::cerr << "would ask the leader of p" << *partition << " to hand over\n";
    return kDone;
  }
  const auto leader =
      (*client)->TransferLeader(PartitionId(*partition), NodeId(*to), session.admin_options());
  if (!leader.ok()) {
    return ReportError(session, leader.status(), StrCat("transfer-leader p", *partition));
  }
  if (session.output() == Output::kJson) {
    std::cout << nlohmann::json{{"partition", *partition}, {"leader", leader->value()}}.dump()
              << '\n';
  } else if (!session.quiet()) {
    std::cout << "p" << *partition << " is led by " << leader->ToString() << '\n';
  }
  return kDone;
}

}  // namespace

void AddPartition(CLI::App& app, Session& session) {
  auto arguments = std::make_shared<PartitionArguments>();
  CLI::App* noun = AddNoun(app, "partition", "Look at partitions and move their leaders.",
                           "  kvctl partition list orders\n"
                           "  kvctl partition owners orders 42\n"
                           "  kvctl partition transfer-leader p7 --to n2");
  AddVerb(*noun, session, "list", "List partitions with their leaders.",
          "  kvctl partition list\n  kvctl partition list orders",
          [&session, arguments] { return RunList(session, *arguments); })
      ->add_option("KEYSPACE", arguments->keyspace, "Only of this one")
      ->type_name("");
  CLI::App* verb = AddVerb(*noun, session, "owners", "Show the nodes that hold a key.",
                           "  kvctl partition owners orders 42",
                           [&session, arguments] { return RunOwners(session, *arguments); });
  verb->add_option("KEYSPACE", arguments->keyspace)->required()->type_name("");
  verb->add_option("KEY", arguments->key)->required()->type_name("");
  verb = AddVerb(*noun, session, "transfer-leader", "Hand a partition's leadership over.",
                 "  kvctl partition transfer-leader p7\n"
                 "  kvctl partition transfer-leader p7 --to n2",
                 [&session, arguments] { return RunTransfer(session, *arguments); });
  verb->add_option("PARTITION", arguments->partition)->required()->type_name("");
  verb->add_option("--to", arguments->to, "The node; by default the most caught up one")
      ->type_name("NODE");
  verb->add_flag("--dry-run", arguments->dry_run, "Say what would be done");
}

}  // namespace quorate::kvctl
