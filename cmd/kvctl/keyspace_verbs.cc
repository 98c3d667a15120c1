#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>

#include "admin_json.h"
#include "answers.h"
#include "base/strings.h"
#include "confirm.h"
#include "exit_code.h"
#include "keyspace_settings.h"
#include "leaders.h"
#include "report.h"
#include "suggest.h"
#include "table.h"
#include "verb.h"

namespace quorate::kvctl {
namespace {

struct Create {
  std::string name;
  std::string mode = "raft";
  std::string conflict;
  KeyspaceOptions options;
  SettingFlags settings;
  bool if_not_exists = false;
  bool no_wait = false;
  bool dry_run = false;
};

struct Alter {
  std::string name;
  SettingFlags settings;
  std::optional<uint32_t> replicas;
  bool dry_run = false;
};

struct Drop {
  std::string name;
  std::string confirm;
  bool dry_run = false;
};

absl::Status Bad(std::string_view flag, std::string_view value, std::string_view wanted) {
  return MakeError(absl::StatusCode::kInvalidArgument, "BAD_FLAG",
                   StrCat("--", flag, " \"", value, "\": ", wanted));
}

absl::StatusOr<KeyspaceOptions> OptionsOf(const Create& create) {
  KeyspaceOptions options = create.options;
  if (create.mode == "raft") {
    options.mode = Mode::kRaft;
  } else if (create.mode == "quorum") {
    options.mode = Mode::kQuorum;
  } else {
    return Bad("mode", create.mode,
               StrCat("raft or quorum is wanted", DidYouMean(create.mode, {"raft", "quorum"})));
  }
  if (!create.conflict.empty()) {
    const std::optional<Conflict> known = ConflictFromName(create.conflict);
    if (!known) {
      return Bad("conflict", create.conflict,
                 StrCat("lww, siblings, counter, set, map or register is wanted",
                        DidYouMean(create.conflict,
                                   {"lww", "siblings", "counter", "set", "map", "register"})));
    }
    options.conflict = *known;
  }
  const auto settings = ChangeOf(create.settings);
  if (!settings.ok()) return settings.status();
  options.default_read = settings->default_read.value_or(Level::kDefault);
  options.default_write = settings->default_write.value_or(Level::kDefault);
  options.default_ladder = settings->default_ladder;
  options.lease_drift_ppm = settings->lease_drift_ppm.value_or(0);
  options.default_ttl = settings->default_ttl.value_or(absl::ZeroDuration());
  return options;
}

std::string ConflictCell(const KeyspaceDescription& keyspace) {
  if (keyspace.conflict == Conflict::kNone) return "-";
  return std::string(ConflictName(keyspace.conflict));
}

void PrintKeyspaces(const Session& session, const std::vector<KeyspaceDescription>& keyspaces) {
  Table table({"keyspace", "mode", "conflict", "replicas", "partitions", "read", "write",
               "lease drift", "ttl"});
  for (const KeyspaceDescription& one : keyspaces) {
    if (session.output() == Output::kJson) {
      std::cout << ToJson(one).dump() << '\n';
    } else if (session.output() == Output::kRaw) {
      std::cout << one.name << '\n';
    } else {
      table.Add({one.name, std::string(ModeName(one.mode)), ConflictCell(one),
                 std::to_string(one.replicas), std::to_string(one.partitions.size()), ReadCell(one),
                 std::string(LevelName(one.default_write)), DriftCell(one), TtlCell(one)});
    }
  }
  table.Print(std::cout);
}

int RunCreate(Session& session, const Create& create) {
  auto options = OptionsOf(create);
  if (!options.ok()) return ReportError(session, options.status());
  auto client = session.client();
  if (!client.ok()) return ReportError(session, client.status());
  if (create.dry_run) {
    std::cerr << "would create keyspace " << create.name << " of mode " << create.mode << '\n';
    return kDone;
  }
  const auto created = (*client)->CreateKeyspace(create.name, *options, session.admin_options());
  if (!created.ok()) {
    const bool there = created.status().code() == absl::StatusCode::kAlreadyExists;
    if (there && create.if_not_exists) return kDone;
    return ReportError(session, created.status(), StrCat("keyspace create \"", create.name, "\""));
  }
  if (!create.no_wait && !WaitForLeaders(**client, create.name, session.timeout())) {
    std::cerr << "created; not all partitions have a leader yet: kvctl keyspace describe "
              << create.name << '\n';
  }
  if (!session.quiet()) PrintKeyspaces(session, {*created});
  return kDone;
}

int RunAlter(Session& session, const Alter& alter) {
  const std::string doing = StrCat("keyspace alter \"", alter.name, "\"");
  auto change = ChangeOf(alter.settings);
  if (!change.ok()) return ReportError(session, change.status(), doing);
  change->replicas = alter.replicas;
  auto client = session.client();
  if (!client.ok()) return ReportError(session, client.status());
  if (alter.dry_run) {
    std::cerr << "would alter keyspace " << alter.name << ": " << ToLine(*change) << '\n';
    return kDone;
  }
  const auto altered = (*client)->AlterKeyspace(alter.name, *change, session.admin_options());
  if (!altered.ok()) return ReportCallError(session, alter.name, altered.status(), doing);
  if (!session.quiet()) PrintKeyspaces(session, {*altered});
  return kDone;
}

int RunList(Session& session) {
  auto client = session.client();
  if (!client.ok()) return ReportError(session, client.status());
  const auto listed = (*client)->ListKeyspaces(session.admin_options());
  if (!listed.ok()) return ReportError(session, listed.status(), "keyspace list");
  PrintKeyspaces(session, *listed);
  if (listed->empty() && !session.quiet() && session.output() == Output::kTable) {
    std::cerr << "no keyspaces yet; try: kvctl keyspace create NAME\n";
  }
  return kDone;
}

void PrintReplicas(const KeyspaceState& state) {
  const auto& keyspace = state.keyspace;
  std::cout << keyspace.name << ": mode " << ModeName(keyspace.mode)
            << (keyspace.conflict == Conflict::kNone ? "" : ", conflict policy ")
            << ConflictName(keyspace.conflict) << ", " << keyspace.replicas << " replicas, "
            << keyspace.partitions.size() << " partitions, reads at " << ReadCell(keyspace)
            << ", writes at " << LevelName(keyspace.default_write) << ", lease drift "
            << DriftCell(keyspace) << ", default ttl " << TtlCell(keyspace) << '\n';
  // Without a leader the logs of replicas have nothing to do with one another.
  const bool leaderless = keyspace.mode == Mode::kQuorum;
  Table table(leaderless ? std::vector<std::string>{"partition", "node", "role", "log"}
                         : std::vector<std::string>{"partition", "node", "role", "term", "applied",
                                                    "committed", "log"});
  for (const ReplicaDescription& one : state.replicas) {
    std::vector<std::string> row = {one.partition.ToString(), one.node.ToString(), one.role};
    if (!leaderless) {
      row.insert(row.end(),
                 {std::to_string(one.term.value()), std::to_string(one.applied_index.value()),
                  std::to_string(one.commit_index.value())});
    }
    row.push_back(StrCat(one.log_first_index.value(), "-", one.last_index.value()));
    table.Add(std::move(row));
  }
  table.Print(std::cout);
  if (leaderless) {
    std::cout << "what each has seen of the others' writes: kvctl keyspace lag " << keyspace.name
              << '\n';
  }
  if (!state.unreachable.empty()) {
    std::cout << "did not answer: " << ToLine(state.unreachable) << '\n';
  }
}

int RunDescribe(Session& session, const std::string& name) {
  auto client = session.client();
  if (!client.ok()) return ReportError(session, client.status());
  const auto state = (*client)->DescribeKeyspace(name, session.admin_options());
  if (!state.ok()) {
    return ReportCallError(session, name, state.status(),
                           StrCat("keyspace describe \"", name, "\""));
  }
  if (session.output() == Output::kJson) {
    std::cout << ToJson(*state).dump(2) << '\n';
  } else {
    PrintReplicas(*state);
  }
  return kDone;
}

int RunDrop(Session& session, const Drop& drop) {
  auto client = session.client();
  if (!client.ok()) return ReportError(session, client.status());
  const std::string doing = StrCat("keyspace drop \"", drop.name, "\"");
  const auto state = (*client)->DescribeKeyspace(drop.name, session.admin_options());
  if (!state.ok()) return ReportCallError(session, drop.name, state.status(), doing);
  if (drop.dry_run) {
    std::cerr << "would drop keyspace " << drop.name << " with all data of its "
              << state->keyspace.partitions.size() << " partitions\n";
    return kDone;
  }
  const auto confirmed =
      Confirm(session, StrCat("This drops keyspace \"", drop.name, "\" with all its data."),
              drop.name, drop.confirm);
  if (!confirmed.ok()) return ReportError(session, confirmed);
  const auto epoch = (*client)->DropKeyspace(drop.name, session.admin_options());
  if (!epoch.ok()) return ReportCallError(session, drop.name, epoch.status(), doing);
  if (session.output() == Output::kJson) {
    std::cout << nlohmann::json{{"dropped", drop.name}, {"epoch", epoch->value()}}.dump() << '\n';
  } else if (!session.quiet()) {
    std::cout << "dropped, gone from epoch " << epoch->value() << " on\n";
  }
  return kDone;
}

void AddCreate(CLI::App& noun, Session& session) {
  auto create = std::make_shared<Create>();
  CLI::App* verb =
      AddVerb(noun, session, "create", "Create a keyspace.",
              "  kvctl keyspace create orders\n"
              "  kvctl keyspace create orders --mode raft --replicas 3 --partitions 8\n"
              "  kvctl keyspace create carts --mode quorum --conflict set",
              [&session, create] { return RunCreate(session, *create); });
  verb->add_option("NAME", create->name)->required()->type_name("");
  verb->add_option("--mode", create->mode, "raft or quorum")
      ->type_name("MODE")
      ->capture_default_str();
  verb->add_option("--conflict", create->conflict,
                   "Mode quorum: what concurrent writes of one key mean: lww, the newest wins; "
                   "siblings, all are kept; counter, set, map, they are merged")
      ->type_name("POLICY");
  verb->add_option("--replicas", create->options.replicas, "Copies of each partition")
      ->type_name("N");
  verb->add_option("--partitions", create->options.partitions, "Parts that the keys fall into")
      ->type_name("N");
  AddSettings(*verb, create->settings);
  verb->add_flag("--if-not-exists", create->if_not_exists, "Done if there is one already");
  verb->add_flag("--no-wait", create->no_wait, "Do not wait until every partition has a leader");
  verb->add_flag("--dry-run", create->dry_run, "Say what would be done");
}

void AddAlter(CLI::App& noun, Session& session) {
  auto alter = std::make_shared<Alter>();
  CLI::App* verb =
      AddVerb(noun, session, "alter", "Change a keyspace's settings while it serves.",
              "  kvctl keyspace alter orders --default-read SESSION\n"
              "  kvctl keyspace alter orders --default-read 'LINEARIZABLE:20ms,ONE'\n"
              "  kvctl keyspace alter orders --lease-drift 1%    allows reads at LEASE\n"
              "  kvctl keyspace alter orders --replicas 5        they come while it serves\n"
              "  kvctl keyspace alter orders --default-read DEFAULT --lease-drift 0",
              [&session, alter] { return RunAlter(session, *alter); });
  verb->add_option("NAME", alter->name)->required()->type_name("");
  AddSettings(*verb, alter->settings);
  verb->add_option("--replicas", alter->replicas, "Copies of each partition")->type_name("N");
  verb->add_flag("--dry-run", alter->dry_run, "Say what would be done");
}

void AddDrop(CLI::App& noun, Session& session) {
  auto drop = std::make_shared<Drop>();
  CLI::App* verb = AddVerb(noun, session, "drop", "Drop a keyspace with all its data.",
                           "  kvctl keyspace drop orders                     asks for the name\n"
                           "  kvctl keyspace drop orders --confirm orders    in scripts",
                           [&session, drop] { return RunDrop(session, *drop); });
  verb->add_option("NAME", drop->name)->required()->type_name("");
  verb->add_option("--confirm", drop->confirm, "The name once more")->type_name("NAME");
  verb->add_flag("--dry-run", drop->dry_run, "Say what would be done");
}

}  // namespace

void AddKeyspace(CLI::App& app, Session& session) {
  CLI::App* noun = AddNoun(app, "keyspace", "Create, alter, list, describe and drop keyspaces.",
                           "  kvctl keyspace create orders --mode raft --replicas 3\n"
                           "  kvctl keyspace list\n"
                           "  kvctl keyspace describe orders\n"
                           "  kvctl keyspace lag carts");
  AddCreate(*noun, session);
  AddAlter(*noun, session);
  AddVerb(*noun, session, "list", "List keyspaces.",
          "  kvctl keyspace list\n  kvctl keyspace list --output raw    names only",
          [&session] { return RunList(session); });
  auto name = std::make_shared<std::string>();
  AddVerb(*noun, session, "describe", "Show a keyspace and every replica of its partitions.",
          "  kvctl keyspace describe orders",
          [&session, name] { return RunDescribe(session, *name); })
      ->add_option("NAME", *name)
      ->required()
      ->type_name("");
  AddLag(*noun, session);
  AddDrop(*noun, session);
}

}  // namespace quorate::kvctl
