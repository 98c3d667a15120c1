// What a client asks of one partition's state, and what comes of it.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "kv/merged.h"

namespace quorate::kv {

// Judged against the state before its command, whatever the command's other
// mutations do.
struct Condition {
  enum class Kind : uint8_t { kNone, kAbsent, kPresent, kVersion, kValue };
  Kind kind = Kind::kNone;
  uint64_t version = 0;  // kVersion; 0 holds for an absent key
  std::string value;     // kValue
};

// What is done to one field of a key of policy map.
enum class FieldAction : uint8_t {
  kPut,
  kAdd,
  kAddElement,
  kRemoveElement,
  kRemoveValue,
  kRemoveCounter,
  kRemoveSet,
};

struct Mutation {
  enum class Action : uint8_t {
    kPut,
    kDelete,
    kAdd,
    // What only merging policies take (see merged.h).
    kAddElement,
    kRemoveElement,
    kChangeField,
  };
  std::string key;
  Action action = Action::kPut;
  FieldAction field_action = FieldAction::kPut;  // kChangeField
  std::string value;                             // kPut, also a field's; else the element
  int64_t delta = 0;    // kAdd: to a decimal number; an absent key counts as 0
  std::string field;    // kChangeField: its name
  std::string context;  // as a read told it: what is replaced or removed
  Condition condition;
  // From the partition's time at which it is applied; 0: the key stays. A put
  // gives it to the key, kAdd only to one that it makes.
  uint64_t ttl_us = 0;
};

// Under one identity a command happens once. Writers belong to one partition.
struct Identity {
  uint64_t writer = 0;  // 0: none, and sent twice it happens twice
  uint64_t sequence = 0;
  uint64_t settled_below = 0;  // those below may be forgotten
};

// All or nothing: if one condition or addition fails, nothing happens. The
// actions are taken in order, each seeing those before it.
struct Command {
  enum class Action : uint8_t {
    kMutate,
    kOpenWriter,
    kFence,  // what became of `identity`; what was not applied never will be
    kLook,   // what became of it so far
  };
  std::vector<Mutation> mutations = {};  // kMutate
  Action action = Action::kMutate;
  Identity identity = {};
};

struct MutationResult {
  uint64_t version = 0;  // the key's version now; 0 after a delete
  // The key had a value before. Told of deletes, additions and whatever has a
  // condition; false for a plain put, which is not worth a read.
  bool existed = false;
  int64_t counter = 0;       // after kAdd: the new sum
  std::string context = {};  // of what the write left, where that is told (see merged.h)
};

// What became of an identity's command.
enum class Fate : uint8_t {
  kNone,
  kApplied,   // status, version and results are what it got
  kFailed,    // likewise, and nothing was changed
  kNever,     // fenced
  kPossible,  // not applied so far
  kSettled,   // its writer has forgotten it
  kExpired,   // its writer is forgotten; it can not be applied any more
};

// status: OK; FAILED_PRECONDITION with reason CONDITION_FAILED (results then
// hold the versions found, 0 for absent keys and plain puts) or NOT_A_COUNTER /
// COUNTER_OVERFLOW (no results); with an identity also the refusals of
// writers.h. Whatever it is, it is the same on every replica. Deleting an absent
// key is OK and changes nothing.
struct CommandResult {
  absl::Status status;
  // Of the command; also of every key it put. 0 if it changed nothing: only
  // what changes something takes the partition's next number.
  uint64_t version = 0;
  std::vector<MutationResult> results;
  uint64_t writer = 0;      // kOpenWriter
  Fate fate = Fate::kNone;  // kFence, kLook
};

struct Record {
  std::string key;
  std::string value;
  uint64_t version = 0;
  uint64_t expires_at_us = 0;  // by the partition's time; 0: never
  // Of a policy that keeps more than one value; null: of another.
  std::shared_ptr<Merged> merged = {};
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
