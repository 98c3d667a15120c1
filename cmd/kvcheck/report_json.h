// kvcheck's verdict for machines.
#pragma once

#include <string>
#include <string_view>

#include "check/final_state.h"
#include "check/linearizable.h"

namespace quorate {

// One object over several lines, ended by a newline. The same reports give the
// same bytes.
std::string ReportAsJson(std::string_view input, std::string_view verdict,
                         const check::LinearizabilityReport& order,
                         const check::FinalStateReport& final_state);

}  // namespace quorate
