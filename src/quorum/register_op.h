// What clients ask of a register, and what it does to a value: pure, so that a
// round may judge it wherever it runs.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "base/ids.h"
#include "quorum/ballot.h"
#include "quorum/register_body.h"

namespace quorate::quorum {

struct RegisterCondition {
  enum class Kind : uint8_t { kNone, kAbsent, kPresent, kVersion, kValue };
  Kind kind = Kind::kNone;
  HlcTime version;    // kVersion: the time of RegisterValue::origin
  std::string value;  // kValue
};

struct RegisterOp {
  enum class Kind : uint8_t {
    kRead,
    kPut,
    kDelete,
    kAdd,
    // A read that always completes the key's pending round: for a replica whose
    // promise refused a repair.
    kComplete,
    // Likewise, to learn what became of the write of ballot `fate_of`.
    kLearnFate,
  };
  Kind kind = Kind::kRead;
  RegisterCondition condition;  // of a put or delete
  std::string value;            // kPut
  int64_t delta = 0;            // kAdd, to a decimal number; nothing counts as 0
  uint64_t expires_at_us = 0;   // kPut, and kAdd where nothing was there; calendar, 0: never

  Ballot fate_of;
  // An operation that may be asked for (operation.h): of the one ballot that it has.
  bool one_ballot = false;
  // kDelete: the outcome is to tell whether there was a value, which takes a round.
  bool tells_found = false;

  bool IsRead() const {
    return kind == Kind::kRead || kind == Kind::kComplete || kind == Kind::kLearnFate;
  }
  // Does not depend on what was there.
  bool IsBlindWrite() const {
    return (kind == Kind::kPut || kind == Kind::kDelete) &&
           condition.kind == RegisterCondition::Kind::kNone && !tells_found;
  }
};

struct RegisterOutcome {
  // OK, or why not, with Applied: no (never took effect and never will), or
  // unknown. An operation that was judged and changed nothing (COUNTER_OVERFLOW,
  // NOT_A_COUNTER) is an error with no as well.
  absl::Status status;
  bool condition_held = true;
  bool found = false;  // there was a value: of a read, or before the write
  // Of a read; of a write whose condition did not hold, what was there.
  std::string value;
  uint64_t expires_at_us = 0;  // likewise
  Ballot version;              // of `value`, or, of a write that took effect, its own
  std::optional<int64_t> sum;  // kAdd
  // kLearnFate: whether it did, for ever; nullopt: nobody can tell any more.
  std::optional<bool> took_effect;
  Dot dot;                      // of the acceptance that it rests on: whoever has seen it knows
  std::vector<NodeId> holders;  // granted what it rests on, from their disks
  uint32_t round_trips = 0;     // to a quorum, from start to outcome
};

// What `op` makes of `current`.
struct Judgement {
  // nullopt: nothing changes, `outcome` is the answer.
  std::optional<RegisterValue> next;  // ballots and dot unset
  RegisterOutcome outcome;            // version of `next` unset
};
Judgement JudgeRegisterOp(const RegisterOp& op, const RegisterValue& current, uint64_t calendar_us);

}  // namespace quorate::quorum
