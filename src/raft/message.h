// What the replicas of one Raft group say to one another.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/ids.h"
#include "base/log_entry.h"
#include "raft/configuration.h"

namespace quorate::raft {

// Numbered for the wire; never renumber.
enum class MessageKind : uint8_t {
  kPreVote = 1,
  kPreVoteReply = 2,
  kVote = 3,
  kVoteReply = 4,
  kAppend = 5,
  kAppendReply = 6,
  kHeartbeat = 7,
  kHeartbeatReply = 8,
  kSnapshotChunk = 9,
  kSnapshotReply = 10,
  kTimeoutNow = 11,  // leadership transfer: campaign at once
  kReadIndex = 12,   // a follower asks the leader for a read index
  kReadIndexReply = 13,
  kCommit = 14,  // the leader's commit index, where no append is due to carry it
};
inline constexpr MessageKind kLastMessageKind = MessageKind::kCommit;

// What a snapshot stands for: the state after applying `index`.
struct SnapshotMeta {
  LogIndex index;
  Term term;
  Configuration configuration;
  friend bool operator==(const SnapshotMeta&, const SnapshotMeta&) = default;
};

// Chunks of one snapshot are numbered from 0 and travel one at a time.
struct SnapshotChunk {
  SnapshotMeta meta;
  uint64_t sequence = 0;
  std::string data;
  bool last = false;
  friend bool operator==(const SnapshotChunk&, const SnapshotChunk&) = default;
};

struct Message {
  MessageKind kind = MessageKind::kHeartbeat;
  NodeId from;
  NodeId to;
  Term term;  // of the sender; a PreVote's is the term it would campaign in
  // Append: the entry before `entries`. Vote, PreVote: the candidate's last
  // entry. AppendReply: last matching index, or on reject the index refused.
  // ReadIndexReply: the read index. SnapshotReply: the snapshot's index.
  // Commit: the commit index.
  LogIndex index;
  Term log_term;                  // of `index`, where a log position is meant
  LogIndex commit;                // Append, Heartbeat: what the receiver may commit
  std::vector<LogEntry> entries;  // Append
  bool reject = false;            // replies
  LogIndex hint_index;            // AppendReply, rejecting: largest index that may match
  Term hint_term;                 // its term at the follower
  // Heartbeat and reply: the ReadIndex round. ReadIndex and reply: the asking
  // replica's read id. SnapshotReply: the next chunk wanted.
  uint64_t context = 0;
  SnapshotChunk snapshot;  // SnapshotChunk
  bool force = false;      // Vote: a transfer, so a live leader is no reason to refuse
  bool quiet = false;      // Heartbeat: the group goes quiet (see Raft::quiet)
  // Heartbeat: the receiver is asked to vote for no other for so long; reply: it
  // will not, for so long from when the heartbeat came. Zero: no promise.
  uint64_t promise_us = 0;

  friend bool operator==(const Message&, const Message&) = default;
};

}  // namespace quorate::raft
