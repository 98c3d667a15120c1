// Reads on their way: at a leader, in rounds of heartbeats that prove it still
// leads; at a follower, asked of the leader.
// Source: Ongaro's thesis, 6.4.
#pragma once

#include <cstdint>
#include <vector>

#include "base/ids.h"
#include "raft/output.h"

namespace quorate::raft {

// A read that a leader owes an answer: its own or a follower's.
struct AskedRead {
  NodeId from;  // zero: this replica's own
  uint64_t id = 0;
};

class LeaderReads {
 public:
  struct Round {
    uint64_t number = 0;
    LogIndex index;  // the commit index when the round began
    std::vector<AskedRead> reads;
  };

  void Ask(AskedRead read) { waiting_.push_back(read); }
  bool waiting() const { return !waiting_.empty(); }
  bool empty() const { return waiting_.empty() && rounds_.empty(); }

  // Numbers are never used twice in a term: an answer to an old round must not
  // confirm a new one.
  uint64_t NewRound() { return ++round_; }
  uint64_t round() const { return round_; }
  // All that wait now belong to a new round.
  void BeginRound(LogIndex commit);
  // What a quorum's answers to `round` confirm.
  std::vector<Round> Confirm(uint64_t round);
  // Gives up everything; what is returned was this replica's own.
  std::vector<ReadFailed> FailAll();

 private:
  uint64_t round_ = 0;
  std::vector<AskedRead> waiting_;
  std::vector<Round> rounds_;  // by number
};

// The reads that a follower passes to its leader, many to a message.
class ForwardedReads {
 public:
  // `first_context` should differ from life to life of a replica: an answer to
  // a former life must not be taken for one to this.
  explicit ForwardedReads(uint64_t first_context) : next_context_(first_context) {}

  void Ask(uint64_t read_id) { waiting_.push_back(read_id); }
  bool waiting() const { return !waiting_.empty(); }
  bool empty() const { return waiting_.empty() && asked_.empty(); }

  // The context under which all that wait are asked; given up after `ticks`.
  uint64_t BeginAsking(uint64_t ticks);
  // The leader's answer; empty where nothing is known of `context`.
  std::vector<uint64_t> Answered(uint64_t context);
  // A tick has passed; what is returned was given up.
  std::vector<ReadFailed> Tick();
  std::vector<ReadFailed> FailAll();

 private:
  struct Asked {
    uint64_t context = 0;
    uint64_t ticks_left = 0;
    std::vector<uint64_t> read_ids;
  };
  uint64_t next_context_;
  std::vector<uint64_t> waiting_;
  std::vector<Asked> asked_;  // in order
};

}  // namespace quorate::raft
