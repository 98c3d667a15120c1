#include <iostream>
#include <memory>

#include "base/strings.h"
#include "completion.h"
#include "exit_code.h"
#include "report.h"
#include "verb.h"

namespace quorate::kvctl {
namespace {

int RunCompletion(const Session& session, const CLI::App& app, const std::string& shell) {
  if (shell == "bash") {
    std::cout << BashCompletion(app);
  } else if (shell == "zsh") {
    std::cout << ZshCompletion(app);
  } else {
    return ReportUsage(session, StrCat("completion is there for bash and zsh, not for ", shell),
                       "kvctl completion --help");
  }
  return kDone;
}

}  // namespace

void AddCompletion(CLI::App& app, Session& session) {
  auto shell = std::make_shared<std::string>();
  AddVerb(app, session, "completion", "Print a script that lets the shell complete kvctl's words.",
          "  source <(kvctl completion bash)\n"
          "  source <(kvctl completion zsh)",
          [&session, &app, shell] { return RunCompletion(session, app, *shell); })
      ->add_option("SHELL", *shell, "bash or zsh")
      ->required()
      ->type_name("");
}

}  // namespace quorate::kvctl
