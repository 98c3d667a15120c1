// An entry's data: commands applied one after the other, each atomic by itself. A message of
// storage.proto.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "kv/command.h"

namespace quorate::kv {

struct Bundle {
  uint64_t time_us = 0;  // the proposer's clock, since 1970
  std::vector<Command> commands;
};

// Deterministic bytes.
std::string EncodeBundle(absl::Span<const Command> commands, uint64_t time_us = 0);
// INVALID_ARGUMENT, reason MALFORMED_COMMAND: not a bundle, or one that holds
// an action or a condition this build does not know.
absl::StatusOr<Bundle> DecodeBundle(std::string_view bytes);

// The bytes of each command (see command_codec.h), where they are.
struct BundleParts {
  uint64_t time_us = 0;
  std::vector<std::string_view> commands;
};
absl::StatusOr<BundleParts> SplitBundle(std::string_view bytes);

}  // namespace quorate::kv
