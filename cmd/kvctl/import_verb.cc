#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>

#include "absl/strings/str_format.h"
#include "answers.h"
#include "base/strings.h"
#include "bytes.h"
#include "exit_code.h"
#include "import_report.h"
#include "import_tally.h"
#include "progress.h"
#include "record_reader.h"
#include "report.h"
#include "suggest.h"
#include "verb.h"

namespace quorate::kvctl {
namespace {

struct ImportArguments {
  std::string keyspace;
  std::string file;
  std::string format = "jsonl";
  size_t in_flight = 256;
  std::string report;
};

// The input and how much of it there is.
struct Source {
  std::ifstream file;
  std::istream* in = &std::cin;
  uint64_t bytes = 0;  // 0: not known
};

absl::Status Open(std::string path, Source& source) {
  if (path == "-") return absl::OkStatus();
  if (path.starts_with("@")) path.erase(0, 1);
  std::error_code error;
  source.bytes = std::filesystem::file_size(path, error);
  if (error) source.bytes = 0;
  source.file.open(path, std::ios::binary);
  if (!source.file || std::filesystem::is_directory(path, error)) {
    return MakeError(
        absl::StatusCode::kInvalidArgument, "UNREADABLE_FILE",
        StrCat("cannot read \"", path, "\": ",
               std::filesystem::is_directory(path, error) ? "a folder" : std::strerror(errno)));
  }
  source.in = &source.file;
  return absl::OkStatus();
}

// Everything readable into the pipeline; what ended the reading early.
absl::Status Feed(RecordReader& reader, Keyspace keyspace, const PipelineOptions& options,
                  Progress& progress, ImportTally& tally, ImportReport& report) {
  auto pipe = keyspace.Pipeline(options);
  for (;;) {
    auto writes = reader.Next();
    if (!writes.ok()) return writes.status();
    if (writes->empty()) return absl::OkStatus();
    for (Mutation& write : *writes) {
      const std::string key = write.key();
      pipe.Mutate(std::move(write),
                  [&tally, &report, key](const absl::StatusOr<WriteReceipt>& written) {
                    report.Add(key, written.status());
                    tally.Count(key, written.status());
                  });
    }
    progress.Update(tally.acknowledged, reader.bytes());
  }
}

void PrintSum(const Session& session, const ImportTally& tally, uint64_t bytes,
              absl::Duration took) {
  const double seconds = absl::ToDoubleSeconds(took);
  if (session.output() == Output::kJson) {
    std::cout << nlohmann::json{{"acknowledged", tally.acknowledged.load()},
                                {"failed", tally.failed.load()},
                                {"unknown", tally.unknown.load()},
                                {"bytes", bytes},
                                {"seconds", seconds}}
                     .dump()
              << '\n';
  } else if (session.output() == Output::kRaw) {
    std::cout << tally.acknowledged << '\n';
  } else if (!session.quiet()) {
    std::cout << absl::StrFormat(
        "%d acknowledged, %d failed, %d unknown; %s in %.1f s, %.0f records/s\n",
        tally.acknowledged.load(), tally.failed.load(), tally.unknown.load(), HumanBytes(bytes),
        seconds, static_cast<double>(tally.acknowledged) / std::max(seconds, 0.001));
  }
}

// One code for many outcomes: partial where some were acknowledged.
int Conclude(Session& session, const ImportArguments& arguments, const ImportTally& tally,
             const absl::Status& read) {
  int code = kDone;
  if (!tally.first_error().ok()) {
    code = ReportCallError(session, arguments.keyspace, tally.first_error(),
                           Doing(session, "first of these errors: put", tally.first_key()));
  }
  if (!read.ok()) code = ReportError(session, read, "import stopped early");
  return code != kDone && tally.acknowledged > 0 ? kPartial : code;
}

int Import(Session& session, const ImportArguments& arguments) {
  if (arguments.format != "jsonl" && arguments.format != "dpkg") {
    return ReportUsage(session,
                       StrCat("--format \"", arguments.format, "\": jsonl or dpkg is wanted",
                              DidYouMean(arguments.format, {"jsonl", "dpkg"})),
                       "kvctl import --help");
  }
  Source source;
  if (auto status = Open(arguments.file, source); !status.ok()) {
    return ReportError(session, status);
  }
  auto report = ImportReport::Open(arguments.report);
  if (!report.ok()) return ReportError(session, report.status());
  auto client = session.client();
  if (!client.ok()) return ReportError(session, client.status());

  auto reader = arguments.format == "dpkg" ? ReadDpkgStatus(*source.in) : ReadJsonLines(*source.in);
  ImportTally tally;
  Progress progress(session, StrCat("importing into ", arguments.keyspace), source.bytes);
  const PipelineOptions options{.max_in_flight = arguments.in_flight,
                                .level = session.level(),
                                .deadline = session.timeout()};
  absl::Status read =
      Feed(*reader, (*client)->Keyspace(arguments.keyspace), options, progress, tally, **report);
  read.Update((*report)->Close());
  progress.Erase();
  PrintSum(session, tally, reader->bytes(), progress.elapsed());
  return Conclude(session, arguments, tally, read);
}

}  // namespace

void AddImport(CLI::App& app, Session& session) {
  auto arguments = std::make_shared<ImportArguments>();
  CLI::App* verb = AddVerb(app, session, "import",
                           "Put many records from a file, pipelined; counts what became of them.",
                           "  kvctl import orders orders.jsonl\n"
                           "  kvctl export orders | kvctl --endpoints other:7400 import orders -\n"
                           "  kvctl import packages --format dpkg /var/lib/dpkg/status\n"
                           "  kvctl import orders orders.jsonl --report outcomes.jsonl",
                           [&session, arguments] { return Import(session, *arguments); });
  verb->add_option("KEYSPACE", arguments->keyspace)->required()->type_name("");
  verb->add_option("FILE", arguments->file, "The file; - for stdin")->required()->type_name("");
  verb->add_option("--format", arguments->format,
                   "jsonl: {\"key\": ..., \"value\": ...} lines, of sets and maps \"elements\" "
                   "and \"fields\" as export writes them, which are added to what is there, each "
                   "as a write of its own, counters too; dpkg: a Debian status file")
      ->type_name("FORMAT")
      ->capture_default_str();
  verb->add_option("--report", arguments->report,
                   "Write a JSON line about each record there: key, outcome, unix_us")
      ->type_name("FILE");
  verb->add_option("--in-flight", arguments->in_flight, "Writes under way at once")
      ->check(CLI::Range(1, 1'000'000))
      ->type_name("N")
      ->capture_default_str();
}

}  // namespace quorate::kvctl
