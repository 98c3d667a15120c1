// What the Raft core asks of its host after a step. The core never does I/O.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "base/ids.h"
#include "base/log_entry.h"
#include "raft/message.h"

namespace quorate::raft {

using quorate::HardState;

enum class Role : uint8_t { kFollower, kPreCandidate, kCandidate, kLeader };

// Names one Output's `persist`; they complete in order.
struct PersistId {
  uint64_t value = 0;
  auto operator<=>(const PersistId&) const = default;
};

// What must become durable, as one unit, in the order of outputs.
struct Persist {
  PersistId id;
  std::optional<HardState> hard_state;
  // Consecutive; the first replaces whatever the log has from its index on.
  std::vector<LogEntry> entries;
};

// A read that may be served once the state machine has applied `index`.
struct ReadReady {
  uint64_t read_id = 0;
  LogIndex index;
};

// A read that this replica gave up: it lost or never had a way to a leader.
struct ReadFailed {
  uint64_t read_id = 0;
};

// Part of a snapshot for the host to stage; on the last one it installs the
// whole and calls Raft::SnapshotInstalled or SnapshotRefused.
struct ReceivedChunk {
  NodeId from;
  SnapshotChunk chunk;
};

// The host is to answer with Raft::SendSnapshotChunk(to, ...). Sequence 0
// means a new snapshot (drop any open one for `to`).
struct ChunkWanted {
  NodeId to;
  uint64_t sequence = 0;
};

// The leader counts on entries that this replica has told to be durable and does not
// have: its disk lost them. It has forgotten votes, too, for all one knows: the host
// must end it.
struct LostTail {
  NodeId leader;
  LogIndex acknowledged;  // at least
};

struct Output {
  std::optional<Persist> persist;
  // May be sent at once, even before `persist` is durable.
  std::vector<Message> messages;
  // Only after everything persisted up to and including this output is durable.
  std::vector<Message> messages_after_sync;
  // Committed and locally durable, in order, each exactly once: apply them,
  // then call Raft::Applied.
  std::vector<LogEntry> committed;
  std::vector<ReadReady> reads;
  std::vector<ReadFailed> reads_failed;
  std::vector<ReceivedChunk> chunks_received;
  std::vector<ChunkWanted> chunks_wanted;
  std::optional<LostTail> lost_tail;
  // Of what FeedLearners granted, in `messages`: by one entry at most more than that.
  uint64_t fed_bytes = 0;
};

}  // namespace quorate::raft
