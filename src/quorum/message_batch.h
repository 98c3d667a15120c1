// All that one replica tells another in one turn, as one frame's payload:
//   1 byte   format, 3
//   each     1 byte, 1 where the context is that of the WriteAsk before, else 0; then
//            the size and bytes of message.h's form, with no context after a 1
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "quorum/message.h"

namespace quorate::quorum {

// All from one life of a replica, and to one.
std::string EncodeBatch(absl::Span<const Message* const> messages);
// INVALID_ARGUMENT, MESSAGE_DAMAGED or NEWER_FORMAT: none of it was read.
absl::StatusOr<std::vector<Message>> DecodeBatch(NodeId from, NodeId to, std::string_view bytes);
// It is of a copy that is no replica any more, and of nobody else: see LegacyAsk.
bool IsLegacy(std::string_view bytes);

}  // namespace quorate::quorum
