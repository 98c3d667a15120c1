// What a copy that is no replica any more says, and is told: see LegacyAsk.
#pragma once

#include <string>

#include "quorum/bytes.h"
#include "quorum/message.h"

namespace quorate::quorum {

void Append(const LegacyAsk& ask, std::string& out);
void Take(LegacyAsk& ask, Reader& reader);
void Append(const LegacyAnswer& answer, std::string& out);
void Take(LegacyAnswer& answer, Reader& reader);

}  // namespace quorate::quorum
