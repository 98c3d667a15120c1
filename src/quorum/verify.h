// The slow comparison of what replicas hold, page by page, for what dots can't
// see: bit rot, and defects of this program. Two replicas at rest that have seen
// the same must hold the same; where they don't, each takes from the other what it
// lacks, or what is newer there, and counts it. Where the same write has other bytes
// there, all others are asked for the page, and most of them are right; if there are
// no most, the one that is greater as it is stored, so that all decide alike.
#pragma once

#include <map>
#include <string>
#include <vector>

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
  void OnAnswer(NodeId from, const VerifyAnswer& answer);

  // What others hold of the page is asked anew.
  void OnMembers();

  // Records that had to be repaired here.
  uint64_t repaired() const { return repaired_; }
  // Of these, those of which no majority of the replicas held the same.
  uint64_t disputed() const { return disputed_; }

 private:
  // What lives behind `after` up to `last` (none: to the end), as every replica
  // at rest holds it.
  std::vector<SyncRecord> Living(std::string_view after, std::string_view last, size_t keys_max,
                                 uint64_t calendar_us) const;
  static uint64_t DigestOf(const std::vector<SyncRecord>& records);
  // True: there is a record of the same write with other bytes.
  bool TakeNewer(const std::vector<SyncRecord>& records);
  void AskAll(NodeId except);
  void Decide();
  // What most hold of the write that this is of.
  void DecideOn(const SyncRecord& mine);

  Local& local_;
  const Peers& peers_;
  const Coverage& coverage_;
  absl::Duration next_at_;
  size_t next_peer_ = 0;
  std::string after_;
  VerifyAsk page_;  // asked about last
  // What others hold of it, where that is in doubt.
  bool in_doubt_ = false;
  std::map<NodeId, std::map<std::string, Record>> held_;
  uint64_t repaired_ = 0;
  uint64_t disputed_ = 0;
};

}  // namespace quorate::quorum
