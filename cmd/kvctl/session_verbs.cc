#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <set>

#include "absl/strings/escaping.h"
#include "base/error.h"
#include "base/session_token.h"
#include "base/strings.h"
#include "exit_code.h"
#include "quorum/keyspace_session.h"
#include "report.h"
#include "table.h"
#include "verb.h"

namespace quorate::kvctl {
namespace {

using nlohmann::json;

std::string Base64(const std::string& token) {
  std::string text;
  absl::Base64Escape(token, &text);
  return text;
}

int RunNew(Session& session, const std::string& file) {
  auto client = session.client();
  if (!client.ok()) return ReportError(session, client.status());
  const std::string token = (*client)->NewSession().token();
  if (!file.empty()) {
    std::ofstream out(file, std::ios::binary | std::ios::trunc);
    out << token;
    out.flush();
    if (!out) {
      return ReportError(session, MakeError(absl::StatusCode::kInvalidArgument, "UNWRITABLE_FILE",
                                            StrCat("cannot write \"", file, "\"")));
    }
  }
  if (session.output() == Output::kJson) {
    std::cout << json{{"token", Base64(token)}, {"file", file}}.dump() << '\n';
  } else if (file.empty()) {
    std::cout << Base64(token) << '\n';
  } else if (!session.quiet()) {
    std::cerr << "a session that has seen nothing yet; go on with --session " << file << '\n';
  }
  return kDone;
}

// The token's bytes: of a file, or as session new prints them.
absl::StatusOr<std::string> ReadToken(const std::string& what) {
  std::error_code error;
  if (std::filesystem::is_regular_file(what, error)) {
    std::ifstream file(what, std::ios::binary);
    return std::string{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  }
  std::string bytes;
  if (absl::Base64Unescape(what, &bytes)) return bytes;
  return MakeError(absl::StatusCode::kInvalidArgument, "SESSION_DAMAGED",
                   StrCat("\"", what, "\" is neither a file nor a session's token"));
}

// Of mode raft a place in the log, of mode quorum the writes by their names.
struct Shown {
  PartitionId partition;
  std::string keyspace;
  Seen seen;
  std::string dots;
  uint64_t time = 0;
};

struct Look {
  std::vector<Shown> raft;
  std::vector<Shown> leaderless;
  size_t gone = 0;  // partitions that are no more
};

absl::StatusOr<Look> LookAt(const SessionToken& token, const TopologyDescription& topology) {
  Look look;
  std::set<uint64_t> named;
  for (const KeyspaceDescription& keyspace : topology.keyspaces) {
    named.insert(SessionToken::HashOf(keyspace.name));
    std::map<PartitionId, quorum::SeenClock> left;
    uint64_t time = 0;
    if (const std::string& bytes = token.FindLeaderless(keyspace.name); !bytes.empty()) {
      const auto session = quorum::KeyspaceSession::Decode(bytes);
      if (!session.ok()) return session.status();
      left = session->dots();
      time = session->time().value();
    }
    for (const PartitionDescription& one : keyspace.partitions) {
      const Seen seen = token.Find(one.id);
      if (seen.index) look.raft.push_back({one.id, keyspace.name, seen, "", 0});
      const auto found = left.find(one.id);
      if (found == left.end()) continue;
      look.leaderless.push_back({one.id, keyspace.name, {}, found->second.ToString(), time});
      left.erase(found);
    }
    look.gone += left.size();
  }
  for (const auto& [hash, bytes] : token.leaderless()) {
    if (named.contains(hash)) continue;
    const auto session = quorum::KeyspaceSession::Decode(bytes);
    if (!session.ok()) return session.status();
    look.gone += session->dots().size();
  }
  look.gone += token.size() - look.raft.size();
  return look;
}

void Print(const TopologyDescription& topology, const Look& look) {
  std::cout << "a session of cluster " << topology.cluster_id << " that has seen ";
  if (look.raft.empty() && look.leaderless.empty() && look.gone == 0) {
    std::cout << "nothing yet\n";
    return;
  }
  if (!look.raft.empty() || look.leaderless.empty()) {
    std::cout << "these places in the log\n";
    Table table({"keyspace", "partition", "term", "index"});
    for (const Shown& one : look.raft) {
      table.Add({one.keyspace, one.partition.ToString(), std::to_string(one.seen.term.value()),
                 std::to_string(one.seen.index.value())});
    }
    table.Print(std::cout);
  }
  if (!look.leaderless.empty()) {
    std::cout << (look.raft.empty() ? "" : "and ") << "these writes, by node, boot and number\n";
    Table table({"keyspace", "partition", "writes"});
    for (const Shown& one : look.leaderless) {
      table.Add({one.keyspace, one.partition.ToString(), one.dots});
    }
    table.Print(std::cout);
  }
  if (look.gone > 0) std::cout << "and " << look.gone << " of partitions that are no more\n";
}

json ToJson(const TopologyDescription& topology, const Look& look) {
  json seen = json::array();
  for (const Shown& one : look.raft) {
    seen.push_back({{"keyspace", one.keyspace},
                    {"partition", one.partition.value()},
                    {"term", one.seen.term.value()},
                    {"index", one.seen.index.value()}});
  }
  for (const Shown& one : look.leaderless) {
    seen.push_back({{"keyspace", one.keyspace},
                    {"partition", one.partition.value()},
                    {"writes", one.dots},
                    {"time", one.time}});
  }
  return {{"cluster_id", topology.cluster_id}, {"seen", seen}, {"gone_partitions", look.gone}};
}

int RunShow(Session& session, const std::string& what) {
  const auto bytes = ReadToken(what);
  if (!bytes.ok()) return ReportError(session, bytes.status());
  auto client = session.client();
  if (!client.ok()) return ReportError(session, client.status());
  const auto topology = (*client)->Topology(session.admin_options());
  if (!topology.ok()) return ReportError(session, topology.status(), "session show");
  const auto token = SessionToken::Decode(*bytes, topology->cluster_id);
  if (!token.ok()) return ReportError(session, token.status());
  const absl::StatusOr<Look> look = LookAt(*token, *topology);
  if (!look.ok()) return ReportError(session, look.status());
  if (session.output() == Output::kJson) {
    std::cout << ToJson(*topology, *look).dump() << '\n';
  } else {
    Print(*topology, *look);
  }
  return kDone;
}

}  // namespace

void AddSession(CLI::App& app, Session& session) {
  CLI::App* noun = AddNoun(app, "session", "Begin sessions and see what they have seen.",
                           "  kvctl session new orders.session\n"
                           "  kvctl put orders 42 paid --session orders.session\n"
                           "  kvctl session show orders.session");
  auto file = std::make_shared<std::string>();
  AddVerb(*noun, session, "new", "Begin one, in a file or, without, on stdout in base64.",
          "  kvctl session new orders.session", [&session, file] { return RunNew(session, *file); })
      ->add_option("FILE", *file, "What it held is forgotten")
      ->type_name("");
  auto what = std::make_shared<std::string>();
  AddVerb(*noun, session, "show", "Show what a session has seen.",
          "  kvctl session show orders.session",
          [&session, what] { return RunShow(session, *what); })
      ->add_option("SESSION", *what, "A file, or a token in base64")
      ->required()
      ->type_name("");
}

}  // namespace quorate::kvctl
