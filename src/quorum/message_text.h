// Messages in a few words, for timelines and transcripts.
#pragma once

#include <string>

#include "quorum/message.h"

namespace quorate::quorum {

// One or two words: "write", "sync-ok".
const char* KindName(const Message& message);

// "write #7 k n1b2.3": its kind, its number and what it is about. A record is told by
// the newest write in it.
std::string DescribeMessage(const Message& message);

}  // namespace quorate::quorum
