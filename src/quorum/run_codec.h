// What coordinators tell of runs.
#pragma once

#include <string>

#include "quorum/bytes.h"
#include "quorum/message.h"

namespace quorate::quorum {

void Append(const RunAsk& ask, std::string& out);
void Take(RunAsk& ask, Reader& reader);

}  // namespace quorate::quorum
