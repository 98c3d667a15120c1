#include "confirm.h"

#include <unistd.h>

#include <iostream>

#include "base/error.h"
#include "base/strings.h"

namespace quorate::kvctl {

absl::Status Confirm(const Session& session, const std::string& what, const std::string& name,
                     const std::string& given) {
  if (given == name) return absl::OkStatus();
  std::string typed = given;
  if (given.empty() && !session.no_input() && isatty(STDIN_FILENO) != 0) {
    std::cerr << what << "\nType \"" << name << "\" to go on: " << std::flush;
    std::getline(std::cin, typed);
    if (typed == name) return absl::OkStatus();
  }
  return MakeError(absl::StatusCode::kInvalidArgument, "NOT_CONFIRMED",
                   StrCat(what, " Nothing was done: it wants --confirm ", name,
                          typed.empty() ? "" : StrCat(", not \"", typed, "\"")));
}

}  // namespace quorate::kvctl
