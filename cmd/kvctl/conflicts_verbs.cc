// kvctl conflicts
#include <charconv>
#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>

#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "admin_json.h"
#include "answers.h"
#include "base/strings.h"
#include "base/text.h"
#include "bytes.h"
#include "exit_code.h"
#include "report.h"
#include "table.h"
#include "verb.h"

namespace quorate::kvctl {
namespace {

using nlohmann::json;

constexpr size_t kShownMax = 60;

struct ConflictsArguments {
  std::string keyspace;
  std::string key;
  std::string id;
  uint32_t limit = 0;
};

// p7.n2.31: whose journal it is in, and its number there.
std::string IdOf(const DiscardedWrite& one) {
  return StrCat(one.partition.ToString(), ".", one.node.ToString(), ".", one.number);
}

std::optional<uint64_t> ParseNumber(absl::string_view text, absl::string_view letter) {
  if (!absl::ConsumePrefix(&text, letter)) return std::nullopt;
  uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size() || number == 0) return std::nullopt;
  return number;
}

std::optional<DiscardedWrite> ParseId(const std::string& id) {
  const std::vector<std::string> parts = absl::StrSplit(id, '.');
  if (parts.size() != 3) return std::nullopt;
  const auto partition = ParseNumber(parts[0], "p");
  const auto node = ParseNumber(parts[1], "n");
  const auto number = ParseNumber(parts[2], "");
  if (!partition || !node || !number) return std::nullopt;
  DiscardedWrite write;
  write.partition = PartitionId(*partition);
  write.node = NodeId(*node);
  write.number = *number;
  return write;
}

std::string TimeText(absl::Time time) {
  return absl::FormatTime("%Y-%m-%d %H:%M:%E3S", time, absl::LocalTimeZone());
}

json ToJson(const DiscardedWrite& one) {
  json shown = {{"id", IdOf(one)},
                {"key", BytesToJson(one.key)},
                {"value", nullptr},
                {"deleted", one.deleted},
                {"version", one.version},
                {"winner", one.winner},
                {"at", absl::FormatTime(absl::RFC3339_full, one.at, absl::UTCTimeZone())}};
  if (!one.deleted || !one.value.empty()) shown["value"] = json(BytesToJson(one.value));
  return shown;
}

// A removal tells what it took away, unless that was all.
std::string ValueText(const DiscardedWrite& one) {
  std::string value = Shorten(ToLine(std::string_view(one.value)), kShownMax);
  if (!one.deleted) return value;
  return one.value.empty() ? "(deleted)" : StrCat("(deleted) ", value);
}

int RunList(Session& session, const ConflictsArguments& arguments) {
  auto client = session.client();
  if (!client.ok()) return ReportError(session, client.status());
  const auto list =
      (*client)->Conflicts(arguments.keyspace, {.key = arguments.key, .limit = arguments.limit},
                           session.admin_options());
  if (!list.ok()) {
    return ReportCallError(session, arguments.keyspace, list.status(), "conflicts list");
  }
  Table table({"id", "given up", "key", "value", "version", "for version"});
  for (const DiscardedWrite& one : list->writes) {
    if (session.output() == Output::kJson) {
      std::cout << ToJson(one).dump() << '\n';
    } else {
      table.Add({IdOf(one), TimeText(one.at), Shorten(ToLine(std::string_view(one.key)), kShownMax),
                 ValueText(one), std::to_string(one.version),
                 one.winner == 0 ? "-" : std::to_string(one.winner)});
    }
  }
  table.Print(std::cout);
  if (!list->unreachable.empty()) {
    std::cerr << "did not answer: " << ToLine(list->unreachable) << '\n';
    return kPartial;
  }
  if (list->writes.empty() && session.output() == Output::kTable && !session.quiet()) {
    std::cerr << "no write that was given up is kept\n";
  }
  return kDone;
}

int RunRestore(Session& session, const ConflictsArguments& arguments) {
  const auto write = ParseId(arguments.id);
  if (!write) {
    return ReportUsage(session, "an id such as p7.n2.31 is wanted, as kvctl conflicts list has it",
                       "kvctl conflicts restore --help");
  }
  auto client = session.client();
  if (!client.ok()) return ReportError(session, client.status());
  const auto options = session.write_options();
  if (!options.ok()) return ReportError(session, options.status());
  const auto restored = (*client)->RestoreConflict(arguments.keyspace, *write, session.level(),
                                                   session.admin_options());
  if (!restored.ok()) {
    return ReportCallError(session, arguments.keyspace, restored.status(),
                           StrCat("conflicts restore ", arguments.id));
  }
  PrintWrite(session, StrCat("written again, version ", restored->version), *restored,
             {{"id", arguments.id}}, /*tells_existed=*/false);
  return kDone;
}

}  // namespace

void AddConflicts(CLI::App& app, Session& session) {
  auto arguments = std::make_shared<ConflictsArguments>();
  CLI::App* noun =
      AddNoun(app, "conflicts", "Look at writes that lost to concurrent ones, and bring one back.",
              "  kvctl conflicts list carts\n"
              "  kvctl conflicts restore carts p7.n2.31");
  CLI::App* verb =
      AddVerb(*noun, session, "list", "List the writes that replicas gave up, newest first.",
              "  kvctl conflicts list carts\n"
              "  kvctl conflicts list carts --key user:42 --output json",
              [&session, arguments] { return RunList(session, *arguments); });
  verb->add_option("KEYSPACE", arguments->keyspace)->required()->type_name("");
  verb->add_option("--key", arguments->key, "Only of this key")->type_name("KEY");
  verb->add_option("--limit", arguments->limit, "At most so many; 100 by default")->type_name("N");
  verb = AddVerb(*noun, session, "restore", "Write such a write again, as a new one.",
                 "  kvctl conflicts restore carts p7.n2.31\n"
                 "  kvctl conflicts restore carts p7.n2.31 --level ALL",
                 [&session, arguments] { return RunRestore(session, *arguments); });
  verb->add_option("KEYSPACE", arguments->keyspace)->required()->type_name("");
  verb->add_option("ID", arguments->id, "As listed")->required()->type_name("");
}

}  // namespace quorate::kvctl
