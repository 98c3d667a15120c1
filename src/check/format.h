// Operations and reports for people.
#pragma once

#include <string>
#include <string_view>

#include "absl/types/span.h"
#include "check/final_state.h"
#include "check/history.h"
#include "check/linearizable.h"

namespace quorate::check {

std::string_view VerdictName(Verdict verdict);  // passed, anomaly, undecided, nothing checked

// `put "a" if version 3 -> refused, found "b" version 4`
std::string DescribeOperation(const Operation& operation);

// A line for each operation, times and client in front, and `why_wrong` behind
// the one at `wrong`. The first and the last ones where there are very many.
std::string FormatOperations(absl::Span<const Operation> operations, size_t wrong,
                             std::string_view why_wrong);
std::string FormatWindow(const Window& window);

// Several lines, each ended: counts, then what was found wrong.
std::string FormatReport(const LinearizabilityReport& report);
std::string FormatReport(const FinalStateReport& report);

}  // namespace quorate::check
