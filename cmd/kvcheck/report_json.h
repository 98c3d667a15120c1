// kvcheck's verdict for machines: docs/chaos.md.
#pragma once

#include <string>
#include <vector>

#include "judged.h"

namespace quorate {

// One object over several lines, ended by a newline.
std::string ReportAsJson(const std::vector<Judged>& all);

}  // namespace quorate
