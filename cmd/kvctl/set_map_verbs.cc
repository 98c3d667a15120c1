#include <memory>
#include <nlohmann/json.hpp>

#include "answers.h"
#include "base/error.h"
#include "base/strings.h"
#include "base/text.h"
#include "exit_code.h"
#include "input.h"
#include "merged_view.h"
#include "report.h"
#include "suggest.h"
#include "verb.h"

namespace quorate::kvctl {
namespace {

struct ChangeArguments {
  std::string keyspace;
  std::string key;
  std::string field;    // of a map
  std::string content;  // a value or an element
  std::string type = "value";
  std::string context;
  int64_t by = 1;
};
using ArgumentsPtr = std::shared_ptr<ChangeArguments>;

// What is to be done, once contexts and values are at hand.
using Make = absl::StatusOr<Mutation> (*)(const ChangeArguments& arguments, std::string content,
                                          std::string context);

// Of a removal: --context's, or of a read that is done now.
absl::StatusOr<std::string> ContextFor(Session& session, Client& client,
                                       const ChangeArguments& arguments) {
  if (!arguments.context.empty()) return ContextFromText(arguments.context);
  auto read = client.Keyspace(arguments.keyspace).Get(arguments.key, session.read_options());
  if (!read.ok()) return read.status();
  if (read->merged) return read->merged->context;
  return MakeError(absl::StatusCode::kNotFound, "KEY_NOT_FOUND",
                   StrCat("there is nothing to remove: keyspace \"", arguments.keyspace,
                          "\" has no such key, or not as a set or map"));
}

int Run(Session& session, const ChangeArguments& arguments, const char* verb, bool removes,
        Make make) {
  const std::string doing = Doing(session, verb, arguments.key);
  auto content = ReadValue(arguments.content);
  if (!content.ok()) return ReportError(session, content.status());
  auto client = session.client();
  if (!client.ok()) return ReportError(session, client.status());
  const auto options = session.write_options();
  if (!options.ok()) return ReportError(session, options.status());
  std::string context;
  if (removes) {
    auto found = ContextFor(session, **client, arguments);
    if (!found.ok()) return ReportCallError(session, arguments.keyspace, found.status(), doing);
    context = *std::move(found);
  }
  auto mutation = make(arguments, *std::move(content), std::move(context));
  if (!mutation.ok()) return ReportError(session, mutation.status());
  const auto written =
      (*client)->Keyspace(arguments.keyspace).Mutate(*std::move(mutation), *options);
  if (!written.ok()) return ReportCallError(session, arguments.keyspace, written.status(), doing);
  PrintWrite(session, StrCat("ok, version ", written->version), *written,
             {{"key", BytesToJson(arguments.key)}});
  return kDone;
}

absl::StatusOr<Mutation> RemoveOfField(const ChangeArguments& arguments, std::string element,
                                       std::string context) {
  if (!element.empty()) {
    return Mutation::RemoveFieldElement(arguments.key, arguments.field, std::move(element),
                                        std::move(context));
  }
  FieldType type = FieldType::kValue;
  if (arguments.type == "counter") {
    type = FieldType::kCounter;
  } else if (arguments.type == "set") {
    type = FieldType::kSet;
  } else if (arguments.type != "value") {
    return MakeError(absl::StatusCode::kInvalidArgument, "BAD_FLAG",
                     StrCat("--type \"", arguments.type, "\": value, counter or set is wanted",
                            DidYouMean(arguments.type, {"value", "counter", "set"})));
  }
  return Mutation::RemoveField(arguments.key, arguments.field, type, std::move(context));
}

CLI::App* Place(CLI::App* verb, const ArgumentsPtr& arguments, bool of_map) {
  verb->add_option("KEYSPACE", arguments->keyspace)->required()->type_name("");
  verb->add_option("KEY", arguments->key)->required()->type_name("");
  if (of_map) verb->add_option("FIELD", arguments->field)->required()->type_name("");
  return verb;
}

CLI::Option* AddContent(CLI::App* verb, const ArgumentsPtr& arguments, const char* name) {
  return verb
      ->add_option(name, arguments->content,
                   StrCat("The ", std::string_view(name) == "VALUE" ? "value" : "element",
                          "; - from stdin, @FILE from a file"))
      ->type_name("");
}

void AddSet(CLI::App& app, Session& session, const ArgumentsPtr& arguments) {
  CLI::App& noun = *AddNoun(app, "set", "Change sets, in keyspaces of policy set.",
                            "  kvctl set add carts ann apples\n"
                            "  kvctl set remove carts ann apples\n"
                            "  kvctl get carts ann                       its elements");
  CLI::App* add = AddVerb(noun, session, "add", "Add an element to a set.",
                          "  kvctl set add carts ann apples", [&session, arguments] {
                            return Run(session, *arguments, "set add", false,
                                       [](const ChangeArguments& a, std::string element,
                                          std::string) -> absl::StatusOr<Mutation> {
                                         return Mutation::AddElement(a.key, std::move(element));
                                       });
                          });
  AddContent(Place(add, arguments, false), arguments, "ELEMENT")->required();
  CLI::App* remove = AddVerb(
      noun, session, "remove",
      "Remove an element as far as a read shows it: what others add meanwhile stays.",
      "  kvctl set remove carts ann apples         as a read at this moment shows it\n"
      "  kvctl set remove carts ann apples --context hJ2x...",
      [&session, arguments] {
        return Run(session, *arguments, "set remove", true,
                   [](const ChangeArguments& a, std::string element,
                      std::string context) -> absl::StatusOr<Mutation> {
                     return Mutation::RemoveElement(a.key, std::move(element), std::move(context));
                   });
      });
  AddContent(Place(remove, arguments, false), arguments, "ELEMENT")->required();
  AddContext(*remove, arguments->context);
}

void AddMapChanges(CLI::App& noun, Session& session, const ArgumentsPtr& arguments) {
  CLI::App* put =
      AddVerb(noun, session, "put", "Put a value into a field.",
              "  kvctl map put users u7 name Ann", [&session, arguments] {
                return Run(session, *arguments, "map put", false,
                           [](const ChangeArguments& a, std::string value,
                              std::string) -> absl::StatusOr<Mutation> {
                             return Mutation::PutField(a.key, a.field, std::move(value));
                           });
              });
  AddContent(Place(put, arguments, true), arguments, "VALUE")->required();
  CLI::App* incr = AddVerb(noun, session, "incr", "Add to a counter in a field; starts at 0.",
                           "  kvctl map incr users u7 visits\n"
                           "  kvctl map incr users u7 visits --by -3",
                           [&session, arguments] {
                             return Run(session, *arguments, "map incr", false,
                                        [](const ChangeArguments& a, std::string,
                                           std::string) -> absl::StatusOr<Mutation> {
                                          return Mutation::AddToField(a.key, a.field, a.by);
                                        });
                           });
  Place(incr, arguments, true)
      ->add_option("--by", arguments->by, "How much to add; may be negative")
      ->type_name("N")
      ->capture_default_str();
  CLI::App* add =
      AddVerb(noun, session, "add", "Add an element to a set in a field.",
              "  kvctl map add users u7 tags new", [&session, arguments] {
                return Run(session, *arguments, "map add", false,
                           [](const ChangeArguments& a, std::string element,
                              std::string) -> absl::StatusOr<Mutation> {
                             return Mutation::AddFieldElement(a.key, a.field, std::move(element));
                           });
              });
  AddContent(Place(add, arguments, true), arguments, "ELEMENT")->required();
}

void AddMap(CLI::App& app, Session& session, const ArgumentsPtr& arguments) {
  CLI::App& noun = *AddNoun(app, "map", "Change maps, in keyspaces of policy map.",
                            "  kvctl map put users u7 name Ann\n"
                            "  kvctl map incr users u7 visits\n"
                            "  kvctl map add users u7 tags new\n"
                            "  kvctl map remove users u7 name\n"
                            "  kvctl get users u7                        its fields");
  AddMapChanges(noun, session, arguments);
  CLI::App* remove = AddVerb(noun, session, "remove",
                             "Remove a field, or an element of one, as far as a read shows it.",
                             "  kvctl map remove users u7 name\n"
                             "  kvctl map remove users u7 tags new\n"
                             "  kvctl map remove users u7 tags --type set",
                             [&session, arguments] {
                               return Run(session, *arguments, "map remove", true, RemoveOfField);
                             });
  AddContent(Place(remove, arguments, true), arguments, "ELEMENT");
  remove->add_option("--type", arguments->type, "Of the field: value, counter or set")
      ->type_name("TYPE")
      ->capture_default_str();
  AddContext(*remove, arguments->context);
}

}  // namespace

void AddSetMap(CLI::App& app, Session& session) {
  auto arguments = std::make_shared<ChangeArguments>();
  AddSet(app, session, arguments);
  AddMap(app, session, arguments);
}

}  // namespace quorate::kvctl
