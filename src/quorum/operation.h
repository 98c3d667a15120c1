// What makes a write of unknown outcome one that can be asked for: its writer, and
// which of that writer's it is. A writer's number is the moment at which it was
// made, so it carries its age; see operations.h.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>

#include "base/hlc.h"
#include "quorum/ballot.h"
#include "quorum/dot.h"

namespace quorate::quorum {

class Reader;

struct OperationId {
  // Microseconds since 1970 above, the number of the node that made it in the
  // lowest 12 bits. 0: none.
  uint64_t writer = 0;
  uint64_t sequence = 0;  // from 1

  constexpr explicit operator bool() const { return writer != 0; }
  constexpr auto operator<=>(const OperationId&) const = default;
  uint64_t BornUs() const { return MicrosOf(HlcTime(writer)); }
  std::string ToString() const { return std::to_string(writer) + "/" + std::to_string(sequence); }
};

// What a client says of a write that it may ask for later.
struct OperationAsk {
  OperationId id;
  uint64_t settled_below = 0;  // its writer's writes below need not be kept
  uint32_t body = 0;           // checksum of the request
  friend bool operator==(const OperationAsk&, const OperationAsk&) = default;
};

// Of an operation on a register, which has one ballot: that alone does not say that it
// took effect, only that who has this row accepted it.
struct RegisterAttempt {
  enum class End : uint8_t {
    kOpen,   // not known here
    kDone,   // it took effect
    kNever,  // it did not, and never will
  };
  uint64_t counter = 0;  // of the ballot; its time and identity are the operation's
  bool removes = false;
  // What its writer is told where it took effect, as RegisterOutcome has it.
  bool found = false;
  std::optional<int64_t> sum;
  End end = End::kOpen;
  // Somebody has asked for its fate, and may have been told that it never was.
  bool closed = false;
  friend bool operator==(const RegisterAttempt&, const RegisterAttempt&) = default;
};

// The write that came of it. Told and stored with the write, and never apart from it.
struct Operation {
  OperationId id;
  uint64_t settled_below = 0;
  uint32_t body = 0;
  Dot dot;
  HlcTime time;
  std::optional<RegisterAttempt> attempt = {};  // policy `register`, and no other
  Ballot ballot() const { return {time, dot.identity, attempt ? attempt->counter : 0}; }
  friend bool operator==(const Operation&, const Operation&) = default;
};

void AppendOperationId(const OperationId& id, std::string& out);
OperationId TakeOperationId(Reader& reader);
void AppendOperation(const Operation& operation, std::string& out);
Operation TakeOperation(Reader& reader);

}  // namespace quorate::quorum
