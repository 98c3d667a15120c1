// The deliberate bugs by name, each with the shape of run that shows it best.
#pragma once

#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "node/node.h"
#include "sim/knobs.h"

namespace quorate::sim {

struct DeliberateBug {
  const char* name;
  const char* what;  // for people
  NodeBugs bugs;
  Profile profile;
};

const std::vector<DeliberateBug>& DeliberateBugs();
// INVALID_ARGUMENT names those there are.
absl::StatusOr<DeliberateBug> BugFromName(std::string_view name);

}  // namespace quorate::sim
