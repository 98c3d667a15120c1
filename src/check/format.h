// Operations and reports for people.
#pragma once

#include <string>
#include <string_view>

#include "check/final_state.h"
#include "check/history.h"
#include "check/linearizable.h"

namespace quorate::check {

std::string_view VerdictName(Verdict verdict);  // passed, violated, undecided, nothing checked

// `put "a" if version 3 -> refused, found "b" version 4`
std::string DescribeOperation(const Operation& operation);

// A line for each operation in order of invoke, times and client in front,
// and what is wrong behind the one that nothing explains. The first and the
// last ones where there are very many.
std::string FormatWindow(const Window& window);

// Several lines, each ended: counts, then what was found wrong.
std::string FormatReport(const LinearizabilityReport& report);
std::string FormatReport(const FinalStateReport& report);

}  // namespace quorate::check
