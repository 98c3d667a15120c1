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

struct Condition {
  enum class Kind : uint8_t { kNone, kAbsent, kPresent, kVersion, kValue };
  Kind kind = Kind::kNone;
  uint64_t version = 0;  // kVersion
  std::string value;     // kValue
};

struct Mutation {
  enum class Action : uint8_t { kPut, kDelete, kAdd };
  std::string key;
  Action action = Action::kPut;
  std::string value;  // kPut
  int64_t delta = 0;  // kAdd
  Condition condition;
};

// All or nothing: if one condition fails, nothing happens.
struct Command {
  std::vector<Mutation> mutations;
};

struct MutationResult {
  uint64_t version = 0;  // the key's version now; 0 after a delete
  bool existed = false;  // the key had a value before
  int64_t counter = 0;   // after kAdd: the new sum
};

// status: OK; FAILED_PRECONDITION with reason CONDITION_FAILED (results then
// hold the versions found) or NOT_A_COUNTER / COUNTER_OVERFLOW. Whatever it
// is, it is the same on every replica.
struct CommandResult {
  absl::Status status;
  uint64_t version = 0;  // of the command; also of every key it put
  std::vector<MutationResult> results;
};

// An entry's data: commands applied one after the other, each atomic by
// itself. Deterministic bytes.
std::string EncodeBundle(absl::Span<const Command> commands);
absl::StatusOr<std::vector<Command>> DecodeBundle(std::string_view bytes);

struct Record {
  std::string key;
  std::string value;
  uint64_t version = 0;
};

// [start, end) in byte order; an empty end means none. A page stops at
// `limit` records or once it holds `bytes_max`, with at least one record.
struct Range {
  std::string start;
  std::string end;
  uint32_t limit = 0;
  uint64_t bytes_max = 0;
  bool keys_only = false;
};

struct Page {
  std::vector<Record> records;
  bool more = false;  // the range holds more behind the last record
};

}  // namespace quorate::kv
