#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>

#include "answers.h"
#include "base/strings.h"
#include "base/text.h"
#include "bytes.h"
#include "exit_code.h"
#include "input.h"
#include "merged_view.h"
#include "report.h"
#include "ttl.h"
#include "verb.h"

namespace quorate::kvctl {
namespace {

struct RecordArguments {
  std::string keyspace;
  std::string key;
  std::string value;
  std::string ttl;  // of put; empty: the keyspace's
  std::string context;
  bool must_exist = false;
};

absl::StatusOr<WriteOptions> OptionsOf(const Session& session, const RecordArguments& arguments) {
  auto options = WriteOptionsWith(session, arguments.ttl);
  if (!options.ok()) return options;
  auto context = ContextFromText(arguments.context);
  if (!context.ok()) return context.status();
  options->context = *std::move(context);
  return options;
}

int Put(Session& session, const RecordArguments& arguments) {
  auto value = ReadValue(arguments.value);
  if (!value.ok()) return ReportError(session, value.status());
  auto client = session.client();
  if (!client.ok()) return ReportError(session, client.status());
  const auto options = OptionsOf(session, arguments);
  if (!options.ok()) return ReportError(session, options.status());
  const auto written =
      (*client)->Keyspace(arguments.keyspace).Put(arguments.key, *std::move(value), *options);
  if (!written.ok()) {
    return ReportCallError(session, arguments.keyspace, written.status(),
                           Doing(session, "put", arguments.key));
  }
  PrintWrite(session, StrCat("ok, version ", written->version), *written,
             {{"key", BytesToJson(arguments.key)}}, /*tells_existed=*/false);
  return kDone;
}

void PrintValue(const Session& session, const std::string& key, const GetResult& read) {
  const Output output = session.output_of_one_value();
  if (output == Output::kJson) {
    nlohmann::json shown = {{"key", BytesToJson(key)},
                            {"value", BytesToJson(*read.value)},
                            {"version", read.version},
                            {"receipt", ToJson(read.receipt)}};
    if (read.expires_at) shown["expires_at"] = ExpiryText(*read.expires_at);
    if (read.merged) AddMerged(*read.merged, shown);
    std::cout << shown.dump() << '\n';
  } else if (read.merged) {
    PrintMerged(session, *read.merged, output);
  } else if (output == Output::kRaw) {
    std::cout << *read.value;
  } else {
    std::cout << ToText(*read.value) << '\n';
  }
}

int Get(Session& session, const RecordArguments& arguments) {
  auto client = session.client();
  if (!client.ok()) return ReportError(session, client.status());
  const auto read =
      (*client)->Keyspace(arguments.keyspace).Get(arguments.key, session.read_options());
  const std::string doing = Doing(session, "get", arguments.key);
  if (!read.ok()) return ReportCallError(session, arguments.keyspace, read.status(), doing);
  PrintReceipt(session, read->receipt);
  if (session.verbose() && read->expires_at) {
    std::cerr << "  expires " << ExpiryText(*read->expires_at) << '\n';
  }
  if (!read->found()) {
    return ReportError(session,
                       MakeError(absl::StatusCode::kNotFound, "KEY_NOT_FOUND",
                                 StrCat("keyspace \"", arguments.keyspace, "\" has no such key")),
                       doing);
  }
  PrintValue(session, arguments.key, *read);
  return kDone;
}

int Del(Session& session, const RecordArguments& arguments) {
  auto client = session.client();
  if (!client.ok()) return ReportError(session, client.status());
  const auto options = OptionsOf(session, arguments);
  if (!options.ok()) return ReportError(session, options.status());
  auto keyspace = (*client)->Keyspace(arguments.keyspace);
  const auto deleted = arguments.must_exist ? keyspace.CompareAndDelete(
                                                  arguments.key, Condition::Present(), *options)
                                            : keyspace.Delete(arguments.key, *options);
  if (!deleted.ok()) {
    return ReportCallError(session, arguments.keyspace, deleted.status(),
                           Doing(session, "del", arguments.key));
  }
  // Whether there was one nobody knows without one order of all writes.
  const bool deleted_it = deleted->existed || deleted->mode == Mode::kQuorum;
  PrintWrite(session, deleted_it ? "ok, deleted" : "ok, there was none", *deleted,
             {{"key", BytesToJson(arguments.key)}});
  return kDone;
}

}  // namespace

void AddPutGetDel(CLI::App& app, Session& session) {
  auto arguments = std::make_shared<RecordArguments>();
  const auto place = [&](CLI::App* verb) {
    verb->add_option("KEYSPACE", arguments->keyspace)->required()->type_name("");
    verb->add_option("KEY", arguments->key)->required()->type_name("");
    return verb;
  };
  CLI::App* put =
      place(AddVerb(app, session, "put", "Put a value under a key.",
                    "  kvctl put orders 42 paid\n"
                    "  kvctl put orders 42 @invoice.pdf          from a file\n"
                    "  date | kvctl put orders 42 -              from stdin\n"
                    "  kvctl put orders 42 paid --level ALL\n"
                    "  kvctl put sessions u7 token --ttl 30m\n"
                    "  kvctl put notes 7 both --context hJ2x...   in place of what a read showed\n"
                    "  kvctl put orders balance -- -5            a value that starts with -",
                    [&session, arguments] { return Put(session, *arguments); }));
  AddTtl(*put, arguments->ttl);
  AddContext(*put, arguments->context);
  put->add_option("VALUE", arguments->value, "The value; - from stdin, @FILE from a file")
      ->required()
      ->type_name("");
  place(AddVerb(app, session, "get", "Print the value of a key; exit code 3 if it has none.",
                "  kvctl get orders 42\n"
                "  kvctl get orders 42 > invoice.pdf         the bytes as they are\n"
                "  kvctl get orders 42 --output json         with version and receipt",
                [&session, arguments] { return Get(session, *arguments); }));
  CLI::App* del =
      place(AddVerb(app, session, "del", "Delete a key; done as well if there is none.",
                    "  kvctl del orders 42\n"
                    "  kvctl del orders 42 --must-exist          exit code 4 if there is none\n"
                    "  kvctl del notes 7 --context hJ2x...       what a read showed",
                    [&session, arguments] { return Del(session, *arguments); }));
  del->add_flag("--must-exist", arguments->must_exist, "Fail if the key has no value");
  AddContext(*del, arguments->context);
}

}  // namespace quorate::kvctl
