#include <iostream>
#include <nlohmann/json.hpp>

#include "base/version.h"
#include "exit_code.h"
#include "verb.h"

namespace quorate::kvctl {

void AddVersion(CLI::App& app, Session& session) {
  AddVerb(app, session, "version", "Print the version of kvctl.", "  kvctl version", [&session] {
    const std::string version(kVersion);
    if (session.output() == Output::kJson) {
      std::cout << nlohmann::json{{"version", version}}.dump() << '\n';
    } else {
      std::cout << "kvctl " << version << '\n';
    }
    return static_cast<int>(kDone);
  });
}

}  // namespace quorate::kvctl
