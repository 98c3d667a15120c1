// What a replica holds of one register key, and the bytes it is stored as.
//   1 byte   format, 1
//   1 byte   what the body is of, BodyKind
//   1 byte   flags: 1, there is a value; 2, it was written by a round that had
//            judged another one; 4, it is inherited
//   ballots  promised, accepted, origin, base (see ballot.h)
//   the value
// Dot, time and expiry stand in the record around it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "quorum/ballot.h"
#include "quorum/dot.h"

namespace quorate::quorum {

// What an acceptor accepted. Nothing was ever, where `accepted` is zero.
struct RegisterValue {
  Ballot accepted;
  // Of the operation that wrote it: the version clients see. A later round that
  // only completes the value raises `accepted` and leaves this.
  Ballot origin;
  // A round's: origin of the value that it judged; zero where none was held, be
  // it that one was dropped. A blind write judged none.
  bool judged = false;
  Ballot base;
  bool present = false;  // false: deleted, or never written
  std::string bytes;
  uint64_t expires_at_us = 0;  // calendar; 0: never
  Dot dot;                     // of this acceptance, given by its coordinator

  bool ExpiredAt(uint64_t calendar_us) const {
    return expires_at_us != 0 && expires_at_us <= calendar_us;
  }
  friend bool operator==(const RegisterValue&, const RegisterValue&) = default;
};

struct RegisterBody {
  Ballot promised;  // never below value.accepted
  RegisterValue value;
  // The replica's disk was lost, and others told it both the value and a higher promise:
  // it may have given that before it would have accepted the value. So it counts as no
  // acceptor of it. Only where promised is above value.accepted.
  bool inherited = false;

  friend bool operator==(const RegisterBody&, const RegisterBody&) = default;
};

// Without dot and expiry.
std::string EncodeRegisterBody(const RegisterBody& body);
// DATA_LOSS: BODY_DAMAGED, or NEWER_FORMAT where a later build wrote it;
// FAILED_PRECONDITION WRONG_POLICY where it is another policy's.
absl::StatusOr<RegisterBody> DecodeRegisterBody(std::string_view bytes);

}  // namespace quorate::quorum
