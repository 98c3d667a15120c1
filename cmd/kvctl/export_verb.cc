#include <cerrno>
#include <cstring>
#include <fstream>
#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>

#include "answers.h"
#include "base/strings.h"
#include "base/text.h"
#include "bytes.h"
#include "exit_code.h"
#include "merged_view.h"
#include "progress.h"
#include "report.h"
#include "verb.h"

namespace quorate::kvctl {
namespace {

struct ExportArguments {
  std::string keyspace;
  std::string file = "-";
  ScanOptions options;
};

struct Sum {
  uint64_t records = 0;
  uint64_t bytes = 0;
};

Sum WriteLines(ScanCursor& cursor, std::ostream& out, Progress& progress) {
  Sum sum;
  while (out && cursor.Next()) {
    const Record& record = cursor.record();
    nlohmann::json shown = {{"key", BytesToJson(record.key)}, {"value", BytesToJson(record.value)}};
    if (record.merged) AddMerged(*record.merged, shown);
    const std::string line = shown.dump();
    out << line << '\n';
    ++sum.records;
    sum.bytes += line.size() + 1;
    progress.Update(sum.records, sum.bytes);
  }
  out.flush();
  return sum;
}

absl::Status Unwritable(const std::string& file) {
  return MakeError(absl::StatusCode::kInvalidArgument, "UNWRITABLE_FILE",
                   StrCat("cannot write \"", file, "\": ", std::strerror(errno)));
}

int Export(Session& session, ExportArguments& arguments) {
  auto client = session.client();
  if (!client.ok()) return ReportError(session, client.status());
  std::ofstream file;
  const bool to_file = arguments.file != "-";
  if (to_file) {
    file.open(arguments.file, std::ios::binary | std::ios::trunc);
    if (!file) return ReportError(session, Unwritable(arguments.file));
  }
  std::ostream& out = to_file ? file : std::cout;
  arguments.options.level = session.level();
  arguments.options.deadline = session.timeout();
  auto cursor = (*client)->Keyspace(arguments.keyspace).Scan(arguments.options);
  Progress progress(session, StrCat("exporting ", arguments.keyspace), 0);
  const Sum sum = WriteLines(cursor, out, progress);
  progress.Erase();
  if (!out) return ReportError(session, Unwritable(arguments.file));
  if (!cursor.status().ok()) {
    const int code = ReportCallError(session, arguments.keyspace, cursor.status(),
                                     StrCat("export, after ", sum.records, " records"));
    return sum.records > 0 ? kPartial : code;
  }
  if (!session.quiet()) {
    std::cerr << sum.records << " records, " << HumanBytes(sum.bytes) << '\n';
  }
  return kDone;
}

}  // namespace

void AddExport(CLI::App& app, Session& session) {
  auto arguments = std::make_shared<ExportArguments>();
  CLI::App* verb = AddVerb(app, session, "export", "Write all records as JSON lines, in key order.",
                           "  kvctl export orders > orders.jsonl\n"
                           "  kvctl export orders orders.jsonl --prefix 2024-",
                           [&session, arguments] { return Export(session, *arguments); });
  verb->add_option("KEYSPACE", arguments->keyspace)->required()->type_name("");
  verb->add_option("FILE", arguments->file, "Where to; stdout by default")->type_name("");
  verb->add_option("--prefix", arguments->options.prefix, "Only keys that start with it")
      ->type_name("TEXT");
}

}  // namespace quorate::kvctl
