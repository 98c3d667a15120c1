// All values of one key that were written concurrently (dotted version vectors):
// a write with a context replaces what that has seen, and stands beside the rest.
//
// Body: the beginning (body_codec.h), the vector, how many siblings, and for each
// its dot, its time, its expiry and its value with its size in front.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "base/hlc.h"
#include "quorum/dot.h"
#include "quorum/dotted.h"
#include "quorum/version_vector.h"

namespace quorate::quorum {

struct Sibling {
  Dot dot;
  HlcTime time;
  uint64_t expires_at_us = 0;  // calendar; 0: never
  std::string value;

  friend bool operator==(const Sibling&, const Sibling&) = default;
};

class Siblings {
 public:
  // Replaces what `context` has seen. RESOURCE_EXHAUSTED SIBLINGS_FULL where more
  // than `siblings_max` would be left; nothing changes then. A merge may go over.
  absl::Status Put(Sibling sibling, const VersionVector& context, size_t siblings_max);
  // Removes what `context` has seen.
  void Remove(const Dot& dot, const VersionVector& context);
  // `i_saw`: what this replica has seen in all, for a vector that has forgotten
  // (see Forget); by default the vector alone.
  void Merge(const Siblings& other);
  void Merge(const Siblings& other, SawDot i_saw);
  // Once every replica has seen all that the vector has (each entry is covered),
  // nobody holds anything that it removed, and it may go. False: not yet.
  bool Forget(SawDot covered);

  // What a read of this is to give back: never less than what it holds.
  VersionVector Context() const;
  // Sorted by dot.
  const std::vector<Sibling>& siblings() const { return siblings_; }
  bool empty() const { return siblings_.empty(); }

  std::string Encode() const;
  // See OpenBody.
  static absl::StatusOr<Siblings> Decode(std::string_view bytes);

  friend bool operator==(const Siblings&, const Siblings&) = default;

 private:
  bool Saw(const Dot& dot) const;

  VersionVector seen_;
  std::vector<Sibling> siblings_;
};

}  // namespace quorate::quorum
