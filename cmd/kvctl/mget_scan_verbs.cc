#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>
#include <set>

#include "answers.h"
#include "bytes.h"
#include "exit_code.h"
#include "record_printer.h"
#include "report.h"
#include "verb.h"

namespace quorate::kvctl {
namespace {

struct Mget {
  std::string keyspace;
  std::vector<std::string> keys;
};

struct Scan {
  std::string keyspace;
  ScanOptions options;
};

int RunMget(Session& session, const Mget& mget) {
  auto client = session.client();
  if (!client.ok()) return ReportError(session, client.status());
  const auto read = (*client)->Keyspace(mget.keyspace).MultiGet(mget.keys, session.read_options());
  if (!read.ok()) return ReportCallError(session, mget.keyspace, read.status(), "mget");
  {
    RecordPrinter printer(session, /*keys_only=*/false);
    for (const Record& record : read->records) printer.Print(record);
  }
  for (const ReadReceipt& receipt : read->receipts) PrintReceipt(session, receipt);

  std::set<std::string> missing(mget.keys.begin(), mget.keys.end());
  for (const Record& record : read->records) missing.erase(record.key);
  if (missing.empty()) return kDone;
  if (!session.quiet()) {
    std::cerr << "not found:";
    for (const std::string& key : missing) std::cerr << ' ' << ToLine(key);
    std::cerr << '\n';
  }
  return read->records.empty() ? kNotFound : kPartial;
}

int RunScan(Session& session, Scan& scan) {
  auto client = session.client();
  if (!client.ok()) return ReportError(session, client.status());
  const ReadOptions read = session.read_options();
  scan.options.level = read.level;
  scan.options.bound = read.bound;
  scan.options.ladder = read.ladder;
  scan.options.session = read.session;
  scan.options.deadline = session.timeout();
  auto cursor = (*client)->Keyspace(scan.keyspace).Scan(scan.options);
  {
    RecordPrinter printer(session, scan.options.keys_only);
    while (std::cout && cursor.Next()) printer.Print(cursor.record());
  }
  if (!cursor.status().ok()) {
    return ReportCallError(session, scan.keyspace, cursor.status(), "scan");
  }
  return kDone;
}

}  // namespace

void AddMgetScan(CLI::App& app, Session& session) {
  auto mget = std::make_shared<Mget>();
  CLI::App* verb =
      AddVerb(app, session, "mget",
              "Print the values of several keys; exit code 8 if some have none, 3 if all.",
              "  kvctl mget orders 42 43 44\n"
              "  kvctl mget orders 42 43 --output json     a line for each",
              [&session, mget] { return RunMget(session, *mget); });
  verb->add_option("KEYSPACE", mget->keyspace)->required()->type_name("");
  verb->add_option("KEY", mget->keys)->required()->type_name("");

  auto scan = std::make_shared<Scan>();
  verb = AddVerb(app, session, "scan", "Print records in key order.",
                 "  kvctl scan orders\n"
                 "  kvctl scan orders --prefix 2024- --limit 20\n"
                 "  kvctl scan orders --start b --end d --keys-only\n"
                 "  kvctl scan orders --output json | jq .key",
                 [&session, scan] { return RunScan(session, *scan); });
  verb->add_option("KEYSPACE", scan->keyspace)->required()->type_name("");
  verb->add_option("--prefix", scan->options.prefix, "Only keys that start with it")
      ->type_name("TEXT");
  verb->add_option("--start", scan->options.start, "From this key on")->type_name("KEY");
  verb->add_option("--end", scan->options.end, "Up to this key, without it")->type_name("KEY");
  verb->add_option("--limit", scan->options.limit, "At most so many records")->type_name("N");
  verb->add_flag("--keys-only", scan->options.keys_only, "Without values");
}

}  // namespace quorate::kvctl
