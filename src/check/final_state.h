// After the run, with everything healed: is each acknowledged write still
// there, or rightly overwritten, on every replica? Are the replicas equal?
//
// Needs no order of the whole history, so it also judges keyspaces that do not
// promise linearizability. A replica's value of a key must be one that some
// write gave it, and no acknowledged write may have begun after that write was
// acknowledged. Of a key that is only ever added to, the sum must hold each
// acknowledged delta and may hold the unknown ones.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "check/history.h"
#include "check/linearizable.h"

namespace quorate::check {

struct LostWrite {
  std::string replica;
  std::string key;
  std::string found;  // for people: the value there, or "absent"
  // The acknowledged write that began last; nullopt: none was acknowledged,
  // and the value comes from nowhere.
  std::optional<Operation> last_write;
};

struct ReplicaDifference {
  std::string key;
  std::vector<std::string> found;  // for people: "n1 has …", for each replica
};

struct FinalStateReport {
  Verdict verdict = Verdict::kNothingChecked;
  std::string why_nothing;  // kNothingChecked
  uint64_t replicas = 0;
  uint64_t writes = 0;  // acknowledged ones, of the keys judged
  uint64_t keys_judged = 0;
  // Both put and added to, with a value that no put gave: what its adds
  // should come to depends on the order.
  uint64_t keys_not_judged = 0;
  std::vector<LostWrite> lost;                 // by key, then by replica
  std::vector<ReplicaDifference> differences;  // by key
};

FinalStateReport CheckFinalState(const History& history);

}  // namespace quorate::check
