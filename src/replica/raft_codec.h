// The wire form of Raft messages: quorate.v1.RaftMessage.
#pragma once

#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "base/ids.h"
#include "raft/message.h"

namespace quorate {

// `from` and `to` travel in the frame around it.
std::string EncodeRaftMessage(const raft::Message& message);
// INVALID_ARGUMENT on bytes that are no such message.
absl::StatusOr<raft::Message> DecodeRaftMessage(std::string_view bytes, NodeId from, NodeId to);

}  // namespace quorate
