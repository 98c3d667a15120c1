// Snapshots of one raft replica on their way out (one reader for each follower
// that needs one) and in (one writer).
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "base/ids.h"
#include "kv/snapshot.h"
#include "raft/raft.h"
#include "replica/fill_progress.h"
#include "storage/engine.h"

namespace quorate {

class SnapshotExchange {
 public:
  struct Options {
    PartitionId partition;
    size_t chunk_bytes;
    kv::ExpiredRecords* expired;  // see SnapshotReader
    kv::StateMachineBugs bugs;
    uint64_t member_since = 0;  // of this copy
  };
  SnapshotExchange(Options options, Engine& engine)
      : options_(std::move(options)), engine_(engine) {}

  // Leader: hands `raft` the chunk wanted, or says that none can be had. The bytes of it.
  size_t Serve(const raft::ChunkWanted& wanted, raft::Raft& raft);
  // Of the snapshot that is on its way to `to`, or was last; of none: nothing.
  FillProgress SentTo(NodeId to) const;
  // True while a state is held for anybody.
  bool Holds() const;
  // Lets go of those that none of `peers` is being sent any more.
  void HoldOnlyFor(const std::vector<raft::PeerStatus>& peers);

  // Follower: stages the chunk. True once the whole snapshot was installed in
  // the engine; false while chunks are missing. INVALID_ARGUMENT: damaged or
  // out of order, nothing is kept of it; any other error is the engine's.
  absl::StatusOr<bool> Receive(const raft::ReceivedChunk& received);

 private:
  struct Outgoing {
    std::unique_ptr<kv::SnapshotReader> reader;  // null: let go
    raft::SnapshotMeta meta;
    std::optional<raft::SnapshotChunk> last;  // sent again when asked for again
    FillProgress progress;
  };
  struct Incoming {
    raft::SnapshotMeta meta;
    NodeId from;
    uint64_t next = 0;
    std::unique_ptr<kv::SnapshotWriter> writer;
  };

  absl::StatusOr<Outgoing> OpenOutgoing() const;
  void NoteSent(const kv::SnapshotReader::Chunk& chunk, Outgoing& outgoing) const;
  size_t NoneFor(NodeId to, raft::Raft& raft);

  const Options options_;
  Engine& engine_;
  std::map<NodeId, Outgoing> outgoing_;
  std::optional<Incoming> incoming_;
};

}  // namespace quorate
