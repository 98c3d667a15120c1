// The slow comparison of what replicas hold, page by page, for what dots can't
// see: bit rot, and defects of this program. Two replicas at rest that have seen
// the same must hold the same; where they don't, each takes from the other what it
// lacks, or what is newer there, and counts it.
#pragma once

#include <string>

#include "quorum/coverage.h"
#include "quorum/local.h"
#include "quorum/peers.h"

namespace quorate::quorum {

class Verify {
 public:
  Verify(Local& local, const Peers& peers, const Coverage& coverage)
      : local_(local), peers_(peers), coverage_(coverage) {}

  void Tick(const Now& now);
  void OnAsk(const Identity& from, const VerifyAsk& ask);
  void OnAnswer(const VerifyAnswer& answer);

  // Records that had to be repaired here.
  uint64_t repaired() const { return repaired_; }

 private:
  // What lives behind `after` up to `last` (none: to the end), as every replica
  // at rest holds it.
  std::vector<SyncRecord> Living(std::string_view after, std::string_view last, size_t keys_max,
                                 uint64_t calendar_us) const;
  static uint64_t DigestOf(const std::vector<SyncRecord>& records);

  Local& local_;
  const Peers& peers_;
  const Coverage& coverage_;
  absl::Duration next_at_;
  size_t next_peer_ = 0;
  std::string after_;
  uint64_t id_ = 0;  // of the page asked about last
  SeenClock seen_;   // then
  uint64_t repaired_ = 0;
};

}  // namespace quorate::quorum
