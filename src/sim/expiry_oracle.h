// Keys that expire: whether reads find them as long as they should, and no
// longer. A key's time counts from when its put took effect, between its first
// copy and its answer, and goes on by the log's clock (replica/log_clock.h),
// which may be off by a bound.
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
    std::string value;   // empty: a delete
    absl::Duration ttl;  // of a put
    absl::Duration invoked;
    absl::Duration returned = absl::InfiniteDuration();  // also of those in doubt
    bool done = false;
  };
  using Writes = std::vector<Write>;

  std::string JudgeFound(const Op& op, const Writes& writes, const std::string& value) const;
  std::string JudgeGone(const Op& op, const Writes& writes) const;

  absl::Duration bound_ = absl::InfiniteDuration();
  absl::Duration until_;
  std::map<std::pair<PartitionId, std::string>, Writes> writes_;
};

}  // namespace quorate::sim
