// kvcheck's verdict for people.
#pragma once

#include <string>
#include <vector>

#include "judged.h"

namespace quorate {

// A table with one line for each promise, what was found wrong with the few
// operations that show it, and the verdict in the last line.
std::string ReportAsTable(const std::vector<Judged>& all, double seconds);

}  // namespace quorate
