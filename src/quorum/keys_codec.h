// What is asked and told of a replica's keys, for scans.
#pragma once

#include <string>

#include "quorum/bytes.h"
#include "quorum/message.h"

namespace quorate::quorum {

void Append(const KeysAsk& ask, std::string& out);
void Take(KeysAsk& ask, Reader& reader);
void Append(const KeysAnswer& answer, std::string& out);
void Take(KeysAnswer& answer, Reader& reader);

}  // namespace quorate::quorum
