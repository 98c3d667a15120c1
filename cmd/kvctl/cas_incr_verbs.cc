#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>

#include "answers.h"
#include "base/strings.h"
#include "base/text.h"
#include "exit_code.h"
#include "input.h"
#include "report.h"
#include "ttl.h"
#include "verb.h"

namespace quorate::kvctl {
namespace {

struct Cas {
  std::string keyspace;
  std::string key;
  std::string value;
  bool remove = false;
  bool if_absent = false;
  bool if_present = false;
  std::optional<uint64_t> if_version;
  std::optional<std::string> if_value;
  std::string ttl;
};

struct Incr {
  std::string keyspace;
  std::string key;
  int64_t by = 1;
  std::string ttl;
};

absl::StatusOr<Condition> ConditionOf(const Cas& cas) {
  if (cas.if_absent) return Condition::Absent();
  if (cas.if_present) return Condition::Present();
  if (cas.if_version) return Condition::Version(*cas.if_version);
  auto expected = ReadValue(*cas.if_value);
  if (!expected.ok()) return expected.status();
  return Condition::Value(*std::move(expected));
}

int RunCas(Session& session, const Cas& cas, bool has_value) {
  if (has_value == cas.remove) {
    return ReportUsage(session, "cas wants either a VALUE or --delete", "kvctl cas --help");
  }
  auto condition = ConditionOf(cas);
  if (!condition.ok()) return ReportError(session, condition.status());
  auto value = ReadValue(cas.value);
  if (!value.ok()) return ReportError(session, value.status());
  auto client = session.client();
  if (!client.ok()) return ReportError(session, client.status());
  const auto options = WriteOptionsWith(session, cas.ttl);
  if (!options.ok()) return ReportError(session, options.status());
  auto keyspace = (*client)->Keyspace(cas.keyspace);
  const auto written =
      cas.remove ? keyspace.CompareAndDelete(cas.key, *condition, *options)
                 : keyspace.CompareAndSet(cas.key, *condition, *std::move(value), *options);
  if (!written.ok()) {
    return ReportCallError(session, cas.keyspace, written.status(), Doing(session, "cas", cas.key));
  }
  PrintWrite(session, StrCat("ok, version ", written->version), *written,
             {{"key", BytesToJson(cas.key)}});
  return kDone;
}

int RunIncr(Session& session, const Incr& incr) {
  auto client = session.client();
  if (!client.ok()) return ReportError(session, client.status());
  const auto options = WriteOptionsWith(session, incr.ttl);
  if (!options.ok()) return ReportError(session, options.status());
  const auto added = (*client)->Keyspace(incr.keyspace).Add(incr.key, incr.by, *options);
  if (!added.ok()) {
    return ReportCallError(session, incr.keyspace, added.status(),
                           Doing(session, "incr", incr.key));
  }
  if (session.output() == Output::kJson) {
    PrintWrite(session, "", added->receipt, {{"key", BytesToJson(incr.key)}, {"sum", added->sum}});
    return kDone;
  }
  std::cout << added->sum << '\n';
  if (session.verbose()) std::cerr << "  " << ToLine(added->receipt) << '\n';
  return kDone;
}

}  // namespace

void AddCasIncr(CLI::App& app, Session& session) {
  auto cas = std::make_shared<Cas>();
  auto has_value = std::make_shared<CLI::Option*>(nullptr);
  CLI::App* verb = AddVerb(
      app, session, "cas", "Put or delete if a condition holds; exit code 4 if it does not.",
      "  kvctl cas locks build --if-absent alice\n"
      "  kvctl cas orders 42 --if-version 17 paid\n"
      "  kvctl cas orders 42 --if-value open paid\n"
      "  kvctl cas orders 42 --if-present --delete",
      [&session, cas, has_value] { return RunCas(session, *cas, (*has_value)->count() > 0); });
  verb->add_option("KEYSPACE", cas->keyspace)->required()->type_name("");
  verb->add_option("KEY", cas->key)->required()->type_name("");
  *has_value = verb->add_option("VALUE", cas->value, "The value; - from stdin, @FILE from a file")
                   ->type_name("");
  AddTtl(*verb, cas->ttl);
  verb->add_flag("--delete", cas->remove, "Delete instead of putting a value");
  CLI::Option_group* condition = verb->add_option_group("Condition (one of)");
  condition->add_flag("--if-absent", cas->if_absent, "The key has no value");
  condition->add_flag("--if-present", cas->if_present, "The key has a value");
  condition->add_option("--if-version", cas->if_version, "The key's version is this one")
      ->type_name("VERSION");
  condition->add_option("--if-value", cas->if_value, "The key's value is this one")
      ->type_name("VALUE");
  condition->require_option(1);

  auto incr = std::make_shared<Incr>();
  verb = AddVerb(app, session, "incr", "Add to a counter and print the sum; starts at 0.",
                 "  kvctl incr stats visits\n"
                 "  kvctl incr stats visits --by 10\n"
                 "  kvctl incr stats balance --by -3",
                 [&session, incr] { return RunIncr(session, *incr); });
  verb->add_option("KEYSPACE", incr->keyspace)->required()->type_name("");
  verb->add_option("KEY", incr->key)->required()->type_name("");
  AddTtl(*verb, incr->ttl);
  verb->add_option("--by", incr->by, "How much to add; may be negative")
      ->type_name("N")
      ->capture_default_str();
}

}  // namespace quorate::kvctl
