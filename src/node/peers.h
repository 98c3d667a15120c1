// What this node knows of the others: their boot, their epoch, and whether
// they have been heard of lately. Shared by all workers; thread-safe.
#pragma once

#include <atomic>
#include <cstdint>
#include <map>
#include <optional>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "base/ids.h"

namespace quorate {

class Peers {
 public:
  // Deliberate faults for the simulator.
  struct Bugs {
    bool older_too = false;       // frames of earlier lives are accepted
    bool trust_log_tail = false;  // and of lives that have forgotten earlier ones
  };
  // A peer is gone when nothing came from it for `silence_max`.
  Peers(NodeId self, absl::Duration silence_max) : Peers(self, silence_max, Bugs()) {}
  Peers(NodeId self, absl::Duration silence_max, Bugs bugs)
      : self_(self), silence_max_(silence_max), bugs_(bugs) {}

  // The nodes of the topology; new ones count as heard of now. Of others it is only
  // remembered what they said: they may be in a newer topology, or in none any more.
  void SetMembers(const std::vector<NodeId>& members, absl::Duration now);

  struct Heard {
    bool accepted = true;    // false: from an older life of that node, or an older disk
    bool restarted = false;  // its boot number rose
    bool learned = false;    // it has a newer topology than it had
    bool back = false;       // it counted as gone
    // Not accepted: in an earlier life it had told of this record in its log, and it
    // now began without. What it promised and acknowledged in there is forgotten.
    std::optional<uint64_t> log_lost = std::nullopt;
  };
  // What a peer's frame says of it.
  struct Word {
    Boot boot;
    Epoch epoch;
    bool draining = false;
    bool disk_full = false;
    std::optional<uint64_t> log_began = std::nullopt;  // the last record it started with
    uint64_t log_record = 0;                           // the last that is durable by now
    uint32_t protocol = 1;                             // the newest that it speaks
  };
  Heard Hear(NodeId peer, const Word& word, absl::Duration now);
  // Its connection broke. True if it counted as alive: it is gone until heard again.
  bool Lose(NodeId peer);
  // Those that have just become gone by silence.
  std::vector<NodeId> TakeSilent(absl::Duration now);

  bool alive(NodeId peer) const;
  // The newest heard of; zero: none.
  Boot boot(NodeId peer) const;
  // The newest protocol that its present life speaks; nullopt: it is gone, or was never heard.
  std::optional<uint32_t> Speaks(NodeId peer) const;
  // When; of one that is not known, or the node itself: infinite.
  absl::Duration HeardAt(NodeId peer) const;
  bool draining(NodeId peer) const;
  bool disk_full(NodeId peer) const;
  // Some peer's is; cheap.
  bool any_disk_full() const { return disks_full_.load(std::memory_order_relaxed) > 0; }
  std::vector<NodeId> gone() const;
  // Of those, the ones that were last heard of before `moment`.
  std::vector<NodeId> GoneSince(absl::Duration moment) const;
  // Those whose last word was not accepted.
  std::vector<NodeId> disowned() const;
  // It is alive, and knows this epoch or a newer one. True for the node itself.
  bool Knows(NodeId peer, Epoch epoch) const;
  // Every peer that is alive knows this epoch or a newer one.
  Epoch KnownByAll() const;

  // True if `peer` is behind `epoch` and was not taught within `pause`.
  bool ClaimTeaching(NodeId peer, Epoch epoch, absl::Duration now, absl::Duration pause);

 private:
  struct Peer {
    bool member = false;
    Boot boot;
    Epoch epoch;
    bool draining = false;
    bool disk_full = false;
    bool gone = false;
    bool disowned = false;
    uint32_t protocol = 0;    // 0: not heard yet
    uint64_t log_record = 0;  // the newest it told to be durable, over all its lives
    absl::Duration heard;
    absl::Duration taught = -absl::InfiniteDuration();
    Epoch taught_epoch;
  };

  const NodeId self_;
  const absl::Duration silence_max_;
  const Bugs bugs_;
  mutable absl::Mutex mutex_;
  std::map<NodeId, Peer> peers_ ABSL_GUARDED_BY(mutex_);
  std::atomic<int> disks_full_ = 0;  // of peers_
};

}  // namespace quorate
