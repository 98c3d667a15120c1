// Anti-entropy: this replica asks each other one, again and again, for what it
// misses; the question is what it has seen. What comes costs as much as is
// missing, whatever the size of the data.
//
// The same questions prove freshness. All that was acknowledged before a
// question was asked is on the disk of some replica; once all answers to
// questions not older than t0 are merged, this state holds everything that was
// acknowledged before t0. Only this node's clock counts.
#pragma once

#include <map>
#include <optional>

#include "quorum/coverage.h"
#include "quorum/local.h"
#include "quorum/peers.h"

namespace quorate::quorum {

class AntiEntropy {
 public:
  AntiEntropy(Local& local, Peers& peers, Coverage& coverage)
      : local_(local),
        peers_(peers),
        coverage_(coverage),
        settled_(local.seen()),
        settling_(local.seen()) {}

  void Tick(const Now& now);
  void OnAsk(const Identity& from, const SyncAsk& ask, const Now& now);
  void OnAnswer(const Identity& from, const SyncAnswer& answer, const Now& now);
  // The link to it is back: ask at once.
  void OnPeerBack(NodeId node, const Now& now);
  // What was asked in the epoch before has no answer.
  void OnMembers(const Now& now);
  // A read waits for freshness: ask all.
  void Hurry(const Now& now);

  // All that its dot log had at some time since is here.
  bool CaughtUpSince(NodeId node, absl::Duration since) const;

  // All that it had when it was asked in this epoch is here.
  bool HasAllOf(NodeId node) const;

  // See Core.
  bool has_forgotten() const { return has_forgotten_; }

  // How old this replica's state is at most; nullopt: not known.
  std::optional<absl::Duration> Staleness(const Now& now) const;

 private:
  struct Exchange {
    uint64_t id = 0;  // of the question that has no answer yet; 0: none
    // Not caught up since the link is there: the answer may be long.
    bool behind = true;
    absl::Duration asked_at;
    absl::Duration next_at;
    std::optional<absl::Duration> caught_up_at;  // by then its dot log was here
    std::optional<absl::Duration> fresh_at;      // all it had then is here; of this epoch
    Boot filled;             // it was in that life, and so has what it ever acknowledged
    bool has_all = false;    // as fresh_at, of one that was filled
    SeenClock seen_at_back;  // when the link came back: nobody else sends it what is in here
  };

  // What all of them have would come from each of them: while one that may have
  // much to tell is asked, others of that kind wait.
  bool MayAsk(NodeId node) const;
  void Ask(NodeId node, Exchange& exchange, const Now& now);
  void AskThoseBehind(NodeId after, const Now& now);
  bool AtRest() const;
  SyncAnswer WhatMisses(NodeId node, const SyncAsk& ask) const;
  SeenClock SettledFor(NodeId node) const;
  void Rotate(const Now& now);

  Local& local_;
  Peers& peers_;
  Coverage& coverage_;
  uint64_t next_id_ = 1;
  bool has_forgotten_ = false;
  // Seen for so long that all replicas it was sent to should have it, by who wrote it;
  // and what will be in there next.
  SeenClock settled_;
  SeenClock settling_;
  absl::Duration rotated_at_;
  std::map<NodeId, Exchange> exchanges_;
};

}  // namespace quorate::quorum
