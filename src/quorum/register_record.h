// A register key as a Record, so that what the other policies' records go through
// (disk, messages, anti-entropy) carries it as well. A record's time is its
// accepted ballot's. One that only promised has no dot; it concerns its replica
// alone and goes to no other.
#pragma once

#include <optional>
#include <string_view>

#include "absl/status/statusor.h"
#include "quorum/conflict_policy.h"
#include "quorum/register_body.h"

namespace quorate::quorum {

Record RegisterRecord(const RegisterBody& body);
// See DecodeRegisterBody.
absl::StatusOr<RegisterBody> RegisterBodyOf(const Record& record);
// What others may know of it, the same on every replica that accepted the same:
// without the own promise. nullopt where it only promised.
std::optional<Record> SharedRegisterRecord(const RegisterBody& body);

// Policy `register`. Its writes are rounds (proposer.h), so Write is refused,
// ROUND_NEEDED. Merge obeys the promise in `mine`, and cannot say that it refused
// `theirs`: whoever notes writes as seen, or has a ballot floor to ask, goes by
// MergeAccepted instead. Of shared records it is commutative, associative and
// idempotent.
class RegisterPolicy final : public ConflictPolicy {
 public:
  absl::StatusOr<Record> Write(std::string_view key, const Record* current, Change change, Dot dot,
                               HlcTime time, const SeenClock& seen) const override;
  Record Merge(std::string_view key, const Record& mine, const Record& theirs,
               const SeenClock& seen, ConflictSink& sink) const override;
  bool ByRounds() const override { return true; }
  std::vector<Record> Lost(std::string_view key, const Record* mine, const Record& theirs,
                           const SeenClock& seen) const override;
};

}  // namespace quorate::quorum
