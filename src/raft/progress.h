// What a leader knows of each other member: how far its log agrees, what is
// on the way to it, and how to send to it.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <vector>

#include "base/ids.h"
#include "raft/configuration.h"
#include "raft/message.h"
#include "raft/raft.h"

namespace quorate::raft {

// Appends on the way to one follower, bounded by count and bytes.
class InFlight {
 public:
  InFlight(uint64_t appends_max, uint64_t bytes_max)
      : appends_max_(appends_max), bytes_max_(bytes_max) {}

  bool full() const { return appends_.size() >= appends_max_ || bytes_ >= bytes_max_; }
  size_t count() const { return appends_.size(); }
  uint64_t bytes() const { return bytes_; }
  void Add(LogIndex last, uint64_t bytes);
  // Everything up to `index` arrived.
  void FreeTo(LogIndex index);
  // Lets one more go: its answer may be lost.
  void FreeOldest();
  void Clear();

 private:
  struct Append {
    LogIndex last;
    uint64_t bytes;
  };
  uint64_t appends_max_;
  uint64_t bytes_max_;
  std::deque<Append> appends_;
  uint64_t bytes_ = 0;
};

// A snapshot on its way to one follower, a chunk at a time.
struct SnapshotTransfer {
  LogIndex index;                     // what the snapshot stands for; zero until its first chunk
  uint64_t sequence = 0;              // the chunk under way or wanted from the host
  std::optional<SnapshotChunk> sent;  // it, kept to be sent again; none: host not done
  uint32_t idle_ticks = 0;            // since the last step forward, or the last try
  uint32_t silent_ticks = 0;          // of tries for which the receiver was not heard
};

struct Progress {
  Progress(NodeId who, LogIndex next_index, const Config& config)
      : node(who),
        next(next_index),
        in_flight(config.in_flight_appends_max, config.in_flight_bytes_max) {}

  NodeId node;
  ProgressState state = ProgressState::kProbe;
  LogIndex match;  // durable there, and the same as here
  LogIndex next;   // the first entry not sent
  LogIndex commit_told;
  // Answered since the last time the quorum was checked.
  bool recently_active = true;
  bool active_before = true;  // likewise, in the time before that
  // Probing: one append at a time, until an answer or a heartbeat's.
  bool probe_sent = false;
  // Send an append even if there is nothing new: the answer will tell.
  bool nudge = false;
  uint64_t acked_round = 0;     // the latest ReadIndex round it answered
  uint64_t promised_round = 0;  // the latest at which it promised its vote to no other
  InFlight in_flight;
  SnapshotTransfer snapshot;

  bool CanAppend() const;
  void BecomeProbe();
  void BecomeReplicate();
  void BecomeSnapshot();
  // An append with entries up to `last` leaves.
  void Sent(LogIndex last, uint64_t bytes);
  // The follower has everything up to `index`. True if that is news.
  bool Matched(LogIndex index);
};

// Every other member, sorted by node.
class ProgressTable {
 public:
  Progress* Find(NodeId node);
  const Progress* Find(NodeId node) const;
  std::vector<Progress>& all() { return peers_; }
  const std::vector<Progress>& all() const { return peers_; }
  void Clear() { peers_.clear(); }
  // Adds who is new, with nothing known of it, and forgets who has left.
  void Follow(const std::vector<NodeId>& members, LogIndex last, const Config& config);

 private:
  std::vector<Progress> peers_;
};

}  // namespace quorate::raft
