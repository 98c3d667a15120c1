// The bytes of one command: a message of storage.proto. What almost all of them are, a plain
// put, is written and read without building that message.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "kv/command.h"

namespace quorate::kv {

// The whole of a command that puts one key, with no condition, context, time to live or
// identity. Points into the bytes it was read from.
struct PlainPut {
  std::string_view key;
  std::string_view value;
};

// Behind its length, a varint. Deterministic bytes.
void AppendCommand(const Command& command, std::string& out);

// Nullopt: something else, or damaged; DecodeCommand tells.
std::optional<PlainPut> PlainPutIn(std::string_view command);
// INVALID_ARGUMENT, reason MALFORMED_COMMAND, as DecodeBundle.
absl::StatusOr<Command> DecodeCommand(std::string_view bytes);

absl::Status MalformedCommand(std::string_view what);

}  // namespace quorate::kv
