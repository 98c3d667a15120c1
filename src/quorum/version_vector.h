// What of one key was seen: of each identity all its writes up to a counter. An
// identity writes a key in the order of its dots, and sends a record with all it
// has seen of it, so one number for each is enough.
//
// Encoded: 1 byte format, 1; how many entries; for each node, boot, counter, as
// varints, rising.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "quorum/bytes.h"
#include "quorum/dot.h"

namespace quorate::quorum {

class VersionVector {
 public:
  enum class Order : uint8_t { kEqual, kBefore, kAfter, kConcurrent };
  using Entry = std::pair<Identity, uint64_t>;

  // Zero: none seen.
  uint64_t CounterOf(const Identity& identity) const;
  bool Covers(const Dot& dot) const { return CounterOf(dot.identity) >= dot.counter; }
  bool Covers(const VersionVector& other) const;
  Order Compare(const VersionVector& other) const;

  // This one and all of its identity's before.
  void Add(const Dot& dot);
  void Merge(const VersionVector& other);
  void Clear() { entries_.clear(); }

  bool empty() const { return entries_.empty(); }
  // Rising, no counter zero.
  const std::vector<Entry>& entries() const { return entries_; }

  std::string Encode() const;
  // INVALID_ARGUMENT: BAD_VERSION_VECTOR says what is wrong, NEWER_FORMAT where a
  // later build wrote it.
  static absl::StatusOr<VersionVector> Decode(std::string_view bytes);
  // Within another format, which has a version of its own. Read spoils the
  // reader where entries don't rise.
  void Append(std::string& out) const;
  static VersionVector Read(Reader& reader);

  friend bool operator==(const VersionVector&, const VersionVector&) = default;

 private:
  std::vector<Entry> entries_;
};

}  // namespace quorate::quorum
