// What is known to be everywhere, and what may go because of that.
//
// A dot is covered here when every other replica has told, from disk, a clock
// with it, and this replica has itself seen all of that clock. Then nothing
// older of the key can come any more: whatever a replica wrote before it saw the
// dot is in that clock, so it was merged here; what it wrote after is newer, as
// time-stamps rise; and what an ended boot still has under way is refused. So
// the dot's entry in the log may go, and its record, if that is dead.
#pragma once

#include <map>
#include <optional>
#include <string>

#include "quorum/local.h"
#include "quorum/peers.h"

namespace quorate::quorum {

// How far a replica is behind this one, by what it has last told.
struct Lag {
  uint64_t writes = 0;    // seen here, not there
  absl::Duration time;    // since it last had all that was here; zero: it has
  bool heard_of = false;  // false: nothing is known yet
};

class Coverage {
 public:
  Coverage(Local& local, const Peers& peers) : local_(local), peers_(peers) {}

  // What a replica told from its disk, in whatever order it came.
  void OnKnowledge(const Identity& from, const Knowledge& told, const Now& now);
  // Who keeps the partition has changed: what others told is no longer counted.
  void OnMembers();
  // Lets go what is covered by now, a step at a time.
  void Advance(const Now& now);
  // Looks at a few keys for records that have expired and are covered.
  void Sweep(const Now& now);

  // Of another replica; behind by all where it was never heard of.
  Lag LagOf(NodeId node, const Now& now) const;
  // This replica's disk lacks dots of an ended boot that it had told to have.
  bool lacks_ended() const { return lacks_ended_; }
  // In every replica's clock that was merged here.
  SeenClock Covered() const;
  // What a replica has told so far, in this life of it.
  const Knowledge& Told(NodeId node) const;

 private:
  struct Peer {
    Identity who;
    Knowledge told;
    // A clock told, until all of it was seen here; then it joins `merged`.
    std::optional<SeenClock> waiting;
    SeenClock merged;
    // It has all that is here; else it had at level_at. What was seen here at
    // mark_at, once it is there as well, moves that on.
    bool level = false;
    SeenClock mark;
    absl::Duration mark_at;
    absl::Duration level_at;
  };

  // What a life told holds for its disk, which a later life may have lost.
  bool Lives(const Peer& peer) const;
  void Promote(Peer& peer);
  void EndBoots();
  void EndBootsOf(NodeId node);
  bool HasAsMany(const Knowledge& told, NodeId node, Boot first_live) const;
  bool AllRefuseEarlierLives() const;
  bool AllHaveTheSame(const Identity& identity) const;
  bool LetGo(const std::string& key, const SeenClock& covered, const Now& now);
  void TrimCovered(const SeenClock& covered, const Now& now);

  Local& local_;
  const Peers& peers_;
  std::map<NodeId, Peer> told_;
  // Nothing was heard and nothing has changed since: nothing is to be done.
  bool heard_ = false;
  bool lacks_ended_ = false;
  uint64_t changes_seen_ = 0;
  std::string swept_;  // the last key looked at
  absl::Duration next_sweep_at_;
};

}  // namespace quorate::quorum
