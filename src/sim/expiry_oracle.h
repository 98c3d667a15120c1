// Keys that expire: whether reads, and writes that depend on what is there, find
// them as long as they should, and no longer. A key's time counts from when the
// write that made it took effect, between its first copy and its answer, and
// goes on by the log's clock (replica/log_clock.h), which may be off by a bound.
//
// A key is made by puts, or by additions: one that finds a value leaves its time
// as it is. No key sees both.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/time/time.h"
#include "base/ids.h"
#include "sim/op.h"

namespace quorate::sim {

// Keys that expire, and of which other checkers know nothing.
bool IsExpiring(std::string_view key);

class ExpiryOracle {
 public:
  // Answers that come up to `until` are judged.
  void Expect(absl::Duration bound, absl::Duration until);
  void Invoked(const Op& op);
  // What is wrong with the answer; empty: nothing.
  std::string Returned(const Op& op);

 private:
  struct Write {
    uint64_t op = 0;
    kv::Mutation::Action action = kv::Mutation::Action::kPut;
    std::string value;   // of a put
    absl::Duration ttl;  // of a put or an addition
    absl::Duration invoked;
    absl::Duration returned = absl::InfiniteDuration();  // also of those in doubt
    bool done = false;
    bool unmade = false;     // certainly changed nothing
    bool found_one = false;  // an addition to a value that was there
    // It gave the key a value and a time, as far as is known.
    bool makes() const { return !unmade && !found_one && action != kv::Mutation::Action::kDelete; }
    // It ended what was there, as far as is known: additions do not.
    bool ends() const { return !unmade && action != kv::Mutation::Action::kAdd; }
  };
  using Writes = std::vector<Write>;

  void Note(const Op& op);
  std::string JudgeLookup(const Op& op, const Writes& writes) const;
  std::string JudgeWrite(const Op& op, const Writes& writes) const;
  // Of an operation between whose question and answer the key had that value,
  // some value, none.
  std::string JudgeValue(const Op& op, const Writes& writes, const std::string& value) const;
  std::string JudgePresent(const Op& op, const Writes& writes) const;
  std::string JudgeGone(const Op& op, const Writes& writes) const;

  absl::Duration bound_ = absl::InfiniteDuration();
  absl::Duration until_;
  std::map<std::pair<PartitionId, std::string>, Writes> writes_;
};

}  // namespace quorate::sim
