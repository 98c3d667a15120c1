// What a client asks of one partition's state, and what comes of it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"

namespace quorate::kv {

// Judged against the state before its command, whatever the command's other
// mutations do.
struct Condition {
  enum class Kind : uint8_t { kNone, kAbsent, kPresent, kVersion, kValue };
  Kind kind = Kind::kNone;
  uint64_t version = 0;  // kVersion; 0 holds for an absent key
  std::string value;     // kValue
};

struct Mutation {
  enum class Action : uint8_t { kPut, kDelete, kAdd };
  std::string key;
  Action action = Action::kPut;
  std::string value;  // kPut
  int64_t delta = 0;  // kAdd: to a decimal number; an absent key counts as 0
  Condition condition;
};

// All or nothing: if one condition or addition fails, nothing happens. The
// actions are taken in order, each seeing those before it.
struct Command {
  std::vector<Mutation> mutations;
};

struct MutationResult {
  uint64_t version = 0;  // the key's version now; 0 after a delete
  // The key had a value before. Told of deletes, additions and whatever has a
  // condition; false for a plain put, which is not worth a read.
  bool existed = false;
  int64_t counter = 0;  // after kAdd: the new sum
};

// status: OK; FAILED_PRECONDITION with reason CONDITION_FAILED (results then
// hold the versions found, 0 for absent keys and plain puts) or NOT_A_COUNTER /
// COUNTER_OVERFLOW (no results). Whatever it is, it is the same on every
// replica. Deleting an absent key is OK and changes nothing.
struct CommandResult {
  absl::Status status;
  // Of the command; also of every key it put. 0 if it changed nothing: only
  // what changes something takes the partition's next number.
  uint64_t version = 0;
  std::vector<MutationResult> results;
};

// An entry's data: commands applied one after the other, each atomic by
// itself. Deterministic bytes.
std::string EncodeBundle(absl::Span<const Command> commands);
// INVALID_ARGUMENT, reason MALFORMED_COMMAND: not a bundle, or one that holds
// an action or a condition this build does not know.
absl::StatusOr<std::vector<Command>> DecodeBundle(std::string_view bytes);

struct Record {
  std::string key;
  std::string value;
  uint64_t version = 0;
};

// [start, end) in byte order; an empty end means none. A page stops at
// `limit` records or once its keys and values hold `bytes_max`, with at least
// one record. Zero stands for kScanRecordsMax and kScanBytesMax, which are also
// the most there is.
struct Range {
  std::string start{};
  std::string end{};
  uint32_t limit = 0;
  uint64_t bytes_max = 0;
  bool keys_only = false;
};

struct Page {
  std::vector<Record> records;
  bool more = false;  // the range holds more behind the last record
};

}  // namespace quorate::kv
