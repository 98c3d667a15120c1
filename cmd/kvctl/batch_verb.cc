#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>

#include "absl/strings/str_split.h"
#include "answers.h"
#include "base/strings.h"
#include "bytes.h"
#include "exit_code.h"
#include "input.h"
#include "mutation_json.h"
#include "report.h"
#include "verb.h"

namespace quorate::kvctl {
namespace {

struct BatchArguments {
  std::string keyspace;
  std::string mutations = "-";
  bool not_atomic = false;
};

absl::StatusOr<std::vector<Mutation>> ParseMutations(const std::string& text) {
  std::vector<Mutation> mutations;
  size_t number = 0;
  for (const absl::string_view line : absl::StrSplit(text, '\n')) {
    ++number;
    if (line.find_first_not_of(" \t\r") == absl::string_view::npos) continue;
    auto mutation = ParseMutation(ToStd(line));
    if (!mutation.ok()) {
      return MakeError(absl::StatusCode::kInvalidArgument, ReasonOf(mutation.status()),
                       StrCat("line ", number, ": ", ToStd(mutation.status().message())));
    }
    mutations.push_back(*std::move(mutation));
  }
  return mutations;
}

nlohmann::json ResultsOf(const BatchResult& result) {
  nlohmann::json items = nlohmann::json::array();
  for (const BatchResult::Item& item : result.items) {
    nlohmann::json shown = {{"version", item.version}, {"existed", nullptr}, {"sum", item.sum}};
    if (result.receipt.mode == Mode::kRaft) shown["existed"] = item.existed;
    items.push_back(std::move(shown));
  }
  return items;
}

int Batch(Session& session, const BatchArguments& arguments) {
  auto text = ReadValue(arguments.mutations);
  if (!text.ok()) return ReportError(session, text.status());
  auto mutations = ParseMutations(*text);
  if (!mutations.ok()) return ReportError(session, mutations.status(), "batch");
  auto client = session.client();
  if (!client.ok()) return ReportError(session, client.status());
  auto options = session.write_options();
  if (options.ok()) options->atomic = !arguments.not_atomic;
  if (!options.ok()) return ReportError(session, options.status());
  const size_t count = mutations->size();
  const auto written =
      (*client)->Keyspace(arguments.keyspace).Batch(*std::move(mutations), *options);
  if (!written.ok()) {
    return ReportCallError(session, arguments.keyspace, written.status(),
                           StrCat("batch of ", count));
  }
  PrintWrite(session, StrCat("ok, all ", count, " at version ", written->receipt.version),
             written->receipt, {{"results", ResultsOf(*written)}}, /*tells_existed=*/false);
  return kDone;
}

}  // namespace

void AddBatch(CLI::App& app, Session& session) {
  auto arguments = std::make_shared<BatchArguments>();
  CLI::App* verb = AddVerb(
      app, session, "batch", "Do several writes at once, all or none; their keys share a {tag}.",
      "  kvctl batch bank @transfer.jsonl\n"
      "  kvctl batch bank <<'END'\n"
      "  {\"op\": \"put\", \"key\": \"{42}/name\", \"value\": \"Ada\"}\n"
      "  {\"op\": \"add\", \"key\": \"{42}/visits\", \"delta\": 1}\n"
      "  {\"op\": \"delete\", \"key\": \"{42}/draft\", \"if\": {\"present\": true}}\n"
      "  END",
      [&session, arguments] { return Batch(session, *arguments); });
  verb->add_option("KEYSPACE", arguments->keyspace)->required()->type_name("");
  verb->add_option("MUTATIONS", arguments->mutations,
                   "JSON lines: - from stdin (as without it), @FILE from a file")
      ->type_name("");
  verb->add_flag("--no-atomic", arguments->not_atomic,
                 "Each write for itself, in any partitions: what mode quorum can do");
}

}  // namespace quorate::kvctl
