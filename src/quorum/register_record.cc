#include "quorum/register_record.h"

#include "base/error.h"
#include "quorum/acceptor.h"
#include "quorum/seen_clock.h"

namespace quorate::quorum {

Record RegisterRecord(const RegisterBody& body) {
  Record record;
  record.dot = body.value.dot;
  record.time = body.value.accepted.time;
  record.tombstone = !body.value.present;
  record.expires_at_us = body.value.expires_at_us;
  record.body = EncodeRegisterBody(body);
  return record;
}

absl::StatusOr<RegisterBody> RegisterBodyOf(const Record& record) {
  absl::StatusOr<RegisterBody> body = DecodeRegisterBody(record.body);
  if (!body.ok()) return body;
  body->value.dot = record.dot;
  body->value.expires_at_us = record.expires_at_us;
  return body;
}

std::optional<Record> SharedRegisterRecord(const RegisterBody& body) {
  if (!body.value.accepted) return std::nullopt;
  return RegisterRecord({body.value.accepted, body.value});
}

absl::StatusOr<Record> RegisterPolicy::Write(std::string_view, const Record*, Change, Dot, HlcTime,
                                             const SeenClock&) const {
  return MakeError(absl::StatusCode::kFailedPrecondition, "ROUND_NEEDED",
                   "a register is written by a round among its replicas, at level LINEARIZABLE");
}

Record RegisterPolicy::Merge(std::string_view, const Record& mine, const Record& theirs,
                             const SeenClock&, ConflictSink&) const {
  const absl::StatusOr<RegisterBody> held = RegisterBodyOf(mine);
  const absl::StatusOr<RegisterBody> incoming = RegisterBodyOf(theirs);
  if (!incoming.ok()) return mine;
  if (!held.ok()) return theirs;
  const AcceptorMerge merge = MergeAccepted(*held, Ballot(), incoming->value);
  return merge.persist ? RegisterRecord(*merge.persist) : mine;
}

// Who completes a round gives its value another dot: it is told by its origin.
std::vector<Record> RegisterPolicy::Lost(std::string_view, const Record* mine, const Record& theirs,
                                         const SeenClock& seen) const {
  const absl::StatusOr<RegisterBody> lost = RegisterBodyOf(theirs);
  if (!lost.ok() || !lost->value.accepted || seen.Contains(lost->value.dot)) return {};
  if (mine != nullptr) {
    const absl::StatusOr<RegisterBody> held = RegisterBodyOf(*mine);
    if (held.ok() && held->value.origin == lost->value.origin) return {};
  }
  const RegisterValue& value = lost->value;
  return {{value.dot, value.origin.time, !value.present, value.expires_at_us, value.bytes}};
}

}  // namespace quorate::quorum
