// Judges each answer the moment it comes, so that a violation stands in the
// timeline where it happened. What needs the whole history (linearizability)
// is left to check/.
//
// What it holds against the system:
//   a version names one write of its partition, and a key's version one value;
//   a write that began after another was acknowledged has a greater version;
//   a linearizable read is no older than what any earlier answer told;
//   whatever is read was once written to that key, and never "failed";
//   keys that are only ever written together are seen together;
//   a read in a session is no older than what its client was told before;
//   a bounded read is no older than it says, and says no more than was asked;
//   a ladder's answer tells the rung that it was given at;
//   keys expire when they should (expiry_oracle.h).
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "base/ids.h"
#include "sim/expiry_oracle.h"
#include "sim/op.h"

namespace quorate::sim {

class Oracle {
 public:
  explicit Oracle(std::function<void(std::string)> violation) : violation_(std::move(violation)) {}

  // Up to `until`, keys expire no more than `bound` early or late.
  void ExpectExpiry(absl::Duration bound, absl::Duration until) { expiry_.Expect(bound, until); }

  // When the operation knows its partition and is about to be sent.
  void Invoked(const Op& op);
  // When its outcome is known.
  void Returned(const Op& op);

  struct Counts {
    uint64_t done = 0, failed = 0, unknown = 0;
    uint64_t weak_reads = 0;  // judged as such
    uint64_t refused = 0;     // conditions that did not hold
  };
  const Counts& counts() const { return counts_; }

 private:
  using KeyId = std::pair<PartitionId, std::string>;
  // What is known of a value that some client wrote to a key.
  struct Written {
    uint64_t op = 0;
    bool failed = false;
    bool seen = false;
  };
  struct Floors {
    uint64_t partition = 0;                // the greatest version acknowledged
    std::map<std::string, uint64_t> keys;  // of the keys the operation reads
  };

  void Wrote(const Op& op);
  void Read(const Op& op, const Floors& floors);
  void Saw(const Op& op, const kv::Record& record);
  void CheckPair(const Op& op);
  void CheckSession(const Op& op, const kv::Record& found);
  void CheckStaleness(const Op& op, const kv::Record& found);
  void CheckRung(const Op& op);
  void Raise(const Op& op, const std::string& key, uint64_t version);
  void Violation(const Op& op, const std::string& what);

  std::function<void(std::string)> violation_;
  Counts counts_;
  ExpiryOracle expiry_;
  std::map<uint64_t, Floors> floors_;  // of operations under way
  std::map<PartitionId, uint64_t> partition_floor_;
  std::map<KeyId, uint64_t> key_floor_;  // greatest version told by strong answers
  // When each was first told, by rising time and version.
  std::map<KeyId, std::vector<std::pair<absl::Duration, uint64_t>>> told_;
  std::map<std::pair<uint64_t, KeyId>, uint64_t> client_floor_;  // told to one client
  std::map<std::pair<PartitionId, uint64_t>, uint64_t> writer_;  // version -> operation
  std::map<std::pair<KeyId, uint64_t>, std::string> value_at_;   // version -> value
  std::map<std::pair<KeyId, std::string>, Written> written_;
};

// Keys of this form are only ever written in one batch with their twin, and
// always the same value: "{name}a" and "{name}b".
bool IsTwin(std::string_view key);

// Keys that only adds are sent to.
bool IsCounter(std::string_view key);

}  // namespace quorate::sim
