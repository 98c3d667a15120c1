#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>

#include "answers.h"
#include "base/strings.h"
#include "exit_code.h"
#include "report.h"
#include "verb.h"

namespace quorate::kvctl {
namespace {

using Fate = Resolution::Fate;

struct ResolveArguments {
  std::string operation;
  bool look = false;
};

struct FateText {
  const char* name;
  const char* meaning;
  int code;
};

FateText TextOf(Fate fate) {
  switch (fate) {
    case Fate::kApplied:
      return {"applied", "it was applied", kDone};
    case Fate::kFailed:
      return {"failed", "it was judged and changed nothing", kConditionNotMet};
    case Fate::kNever:
      return {"never", "it was not applied and never will be; do it again if it is still wanted",
              kUnavailable};
    case Fate::kPossible:
      return {"possible", "it was not applied so far and still may be", kOutcomeUnknown};
    case Fate::kSettled:
      return {"settled", "its client had the answer, or gave it up, and it is forgotten",
              kOutcomeUnknown};
    case Fate::kExpired:
      return {"expired",
              "its client is forgotten after a long silence, or others wrote to the register "
              "since: it will not be applied any more, but may have been",
              kOutcomeUnknown};
  }
  return {"possible", "", kOutcomeUnknown};
}

void Print(const Session& session, const std::string& operation, const Resolution& resolution) {
  const FateText text = TextOf(resolution.fate);
  if (session.output() == Output::kJson) {
    nlohmann::json shown = {{"operation", operation}, {"fate", text.name}};
    if (resolution.fate == Fate::kApplied) {
      shown["version"] = resolution.batch.receipt.version;
      shown["receipt"] = ToJson(resolution.batch.receipt);
    }
    if (resolution.fate == Fate::kFailed) shown["reason"] = ReasonOf(resolution.why);
    std::cout << shown.dump() << '\n';
    return;
  }
  if (session.output() == Output::kRaw) {
    std::cout << text.name << '\n';
    return;
  }
  std::cout << text.name << ": " << text.meaning;
  if (resolution.fate == Fate::kApplied) {
    std::cout << ", version " << resolution.batch.receipt.version;
  } else if (resolution.fate == Fate::kFailed) {
    std::cout << ": "
              << std::string_view(resolution.why.message().data(), resolution.why.message().size());
  }
  std::cout << '\n';
}

int Resolve(Session& session, const ResolveArguments& arguments) {
  const auto operation = ParseOperation(arguments.operation);
  if (!operation.ok()) return ReportError(session, operation.status());
  auto client = session.client();
  if (!client.ok()) return ReportError(session, client.status());
  const auto resolution = (*client)->Resolve(
      *operation, {.leave_possible = arguments.look, .deadline = session.timeout()});
  if (!resolution.ok()) {
    return ReportCallError(session, operation->keyspace, resolution.status(),
                           StrCat("resolve ", arguments.operation));
  }
  Print(session, arguments.operation, *resolution);
  return TextOf(resolution->fate).code;
}

}  // namespace

void AddResolve(CLI::App& app, Session& session) {
  auto arguments = std::make_shared<ResolveArguments>();
  CLI::App* verb = AddVerb(
      app, session, "resolve",
      "Tell what became of a write whose outcome is unknown. One that was not applied\n"
      "is made sure never to be. Exit code 0: applied; 4: it failed; 5: never; 6: not known.",
      "  kvctl resolve orders/12/3/45              as the error of the write named it\n"
      "  kvctl resolve orders/12/3/45 --look       leave it possible",
      [&session, arguments] { return Resolve(session, *arguments); });
  verb->add_option("OPERATION", arguments->operation)->required()->type_name("");
  verb->add_flag("--look", arguments->look, "Only look: what was not applied still may be");
}

}  // namespace quorate::kvctl
