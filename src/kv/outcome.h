// What became of one write of a writer, as a partition keeps it until the
// writer has settled it:
//   1 byte   kind: 1 one plain put, 2 anything else, 3 fenced: it never will be
//   4 bytes  hash of what was asked
//   kind 1: the version, a varint; kind 2: a quorate.v1.WriteOutcome
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "kv/command.h"

namespace quorate::kv {

// Of what a command asks, whoever sends it: one identity stands for one body.
uint32_t ComputeBodyHash(const Command& command);

std::string EncodeOutcome(uint32_t body, const CommandResult& result);
std::string EncodeFenced();

struct Outcome {
  bool fenced = false;
  uint32_t body = 0;
  CommandResult result;  // not fenced
};
// DATA_LOSS, WRITER_DAMAGED.
absl::StatusOr<Outcome> DecodeOutcome(std::string_view bytes);

}  // namespace quorate::kv
