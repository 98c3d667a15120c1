// Which of the writes that merges give up are conflicts: lost to one whose writer
// had not seen them. Nobody knows that of every pair; what follows tells of each
// conflict at one replica at least, and of few pairs that are none.
//
// Who holds both and cannot tell otherwise says so. It stays silent where the
// winner's writer has been heard to have seen the loser: either that was before it
// wrote, or it saw the loser later, and then it, or whoever merged the two before
// it and told it only that the loser was seen, has held both and said so.
#pragma once

#include <cstdint>
#include <map>
#include <utility>
#include <vector>

#include "quorum/conflict_policy.h"
#include "quorum/effect.h"
#include "quorum/seen_clock.h"

namespace quorate::quorum {

// What each other replica is known to have seen, in its present life; in memory
// only. Never more than it has.
class Witnesses {
 public:
  void Note(const Identity& replica, const SeenClock& seen) { seen_[replica].Merge(seen); }
  void Note(const Identity& replica, const Dot& dot) { seen_[replica].Add(dot); }
  // Of the node's lives before `first_live` nothing is known any more.
  void Forget(NodeId node, Boot first_live) {
    seen_.erase(seen_.lower_bound({node, Boot()}), seen_.lower_bound({node, first_live}));
  }
  bool Saw(const Identity& replica, const Dot& dot) const {
    const auto known = seen_.find(replica);
    return known != seen_.end() && known->second.Contains(dot);
  }

 private:
  std::map<Identity, SeenClock> seen_;
};

// Hears what one merge gives up, and keeps the conflicts.
class ConcurrentDiscards final : public ConflictSink {
 public:
  // `mine`: the record here, before the merge; `seen` likewise. `context`: what the
  // sender of the other one had seen.
  ConcurrentDiscards(const Record& mine, const SeenClock& seen, const SeenClock& context,
                     const Witnesses& witnesses, uint64_t calendar_us)
      : mine_(mine),
        seen_(seen),
        context_(context),
        witnesses_(witnesses),
        calendar_us_(calendar_us) {}

  void Discarded(std::string_view key, const Record& loser, const Record& winner) override {
    // Theirs: it came before. Mine: whoever sent the winner had it as well.
    const SeenClock& settled = loser.dot == mine_.dot ? context_ : seen_;
    if (settled.Contains(loser.dot) || witnesses_.Saw(winner.dot.identity, loser.dot)) return;
    const bool expired = loser.expires_at_us != 0 && loser.expires_at_us <= calendar_us_;
    if (expired) return;  // nobody misses it
    found_.push_back({std::string(key), loser, winner.dot, winner.time, calendar_us_});
  }
  std::vector<Discard> Take() { return std::move(found_); }

 private:
  const Record& mine_;
  const SeenClock& seen_;
  const SeenClock& context_;
  const Witnesses& witnesses_;
  const uint64_t calendar_us_;
  std::vector<Discard> found_;
};

}  // namespace quorate::quorum
