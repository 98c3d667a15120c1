// kvctl key
#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>

#include "absl/strings/str_format.h"
#include "admin_json.h"
#include "answers.h"
#include "base/strings.h"
#include "base/text.h"
#include "exit_code.h"
#include "report.h"
#include "table.h"
#include "ttl.h"
#include "verb.h"

namespace quorate::kvctl {
namespace {

using nlohmann::json;

struct KeyArguments {
  std::string keyspace;
  std::string key;
};

std::string DigestText(uint64_t digest) { return absl::StrFormat("%016x", digest); }

json ToJson(const ReplicaRecord& one) {
  if (!one.held) return {{"node", one.node.value()}, {"held", false}};
  json shown = {{"node", one.node.value()},        {"held", true},
                {"version", one.version},          {"tombstone", one.tombstone},
                {"expires_at", nullptr},           {"bytes", one.bytes},
                {"digest", DigestText(one.digest)}};
  if (!one.dot.empty()) shown["dot"] = one.dot;
  if (one.expires_at) {
    shown["expires_at"] =
        absl::FormatTime(absl::RFC3339_full, *one.expires_at, absl::UTCTimeZone());
  }
  return shown;
}

json ToJson(const KeyInspection& inspection, const std::string& key) {
  json shown = {{"key", BytesToJson(key)},
                {"partition", inspection.partition.value()},
                {"same_everywhere", inspection.same_everywhere()},
                {"replicas", json::array()},
                {"unreachable", json::array()}};
  for (const ReplicaRecord& one : inspection.records) shown["replicas"].push_back(ToJson(one));
  for (const NodeId node : inspection.unreachable) shown["unreachable"].push_back(node.value());
  return shown;
}

void Print(const KeyInspection& inspection) {
  Table table({"node", "holds", "version", "dot", "expires", "bytes", "digest"});
  for (const ReplicaRecord& one : inspection.records) {
    if (!one.held) {
      table.Add({one.node.ToString(), "nothing", "", "", "", "", ""});
      continue;
    }
    table.Add({one.node.ToString(), one.tombstone ? "a tombstone" : "a value",
               std::to_string(one.version), one.dot,
               one.expires_at ? ExpiryText(*one.expires_at) : "", std::to_string(one.bytes),
               DigestText(one.digest)});
  }
  table.Print(std::cout);
  if (!inspection.unreachable.empty()) {
    std::cout << "did not answer: " << ToLine(inspection.unreachable) << '\n';
  }
  std::cout << inspection.partition.ToString()
            << (inspection.same_everywhere() ? ": the same everywhere\n"
                                             : ": not known to be the same everywhere\n");
}

int RunInspect(Session& session, const KeyArguments& arguments) {
  auto client = session.client();
  if (!client.ok()) return ReportError(session, client.status());
  const auto inspection =
      (*client)->Inspect(arguments.keyspace, arguments.key, session.admin_options());
  if (!inspection.ok()) {
    return ReportCallError(session, arguments.keyspace, inspection.status(),
                           StrCat("key inspect \"", arguments.key, "\""));
  }
  if (session.output() == Output::kJson) {
    std::cout << ToJson(*inspection, arguments.key).dump(2) << '\n';
  } else {
    Print(*inspection);
  }
  return kDone;
}

}  // namespace

void AddKey(CLI::App& app, Session& session) {
  auto arguments = std::make_shared<KeyArguments>();
  CLI::App* noun = AddNoun(app, "key", "Look at one key.", "  kvctl key inspect carts user:42");
  CLI::App* verb = AddVerb(*noun, session, "inspect",
                           "Show what each replica holds of a key at this moment, side by side.",
                           "  kvctl key inspect carts user:42\n"
                           "  kvctl key inspect carts user:42 --output json",
                           [&session, arguments] { return RunInspect(session, *arguments); });
  verb->add_option("KEYSPACE", arguments->keyspace)->required()->type_name("");
  verb->add_option("KEY", arguments->key)->required()->type_name("");
}

}  // namespace quorate::kvctl
