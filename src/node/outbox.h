// What one worker has to tell its peers: one frame for each of them a turn.
#pragma once

#include <deque>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "base/ids.h"
#include "base/sync_proof.h"
#include "node/shared.h"
#include "replica/replica.h"

namespace quorate {

class Outbox {
 public:
  explicit Outbox(NodeShared& shared);
  ~Outbox();

  void Add(PeerMessage message);
  // Kept back until `ticket` is durable.
  void AddAfterSync(LogTicket ticket, std::vector<PeerMessage> messages);
  void AddRequest(NodeId to, uint64_t id, PartitionId partition, std::string request,
                  absl::Duration left, uint32_t hops);
  void AddReply(NodeId to, uint64_t id, std::string reply);
  // The next frame to `to`, to all, tells what the calendar says here.
  void TellCalendar(NodeId to) { calendar_told_.erase(to); }
  void TellCalendar() { calendar_told_.clear(); }
  // A frame goes to `to` this turn even if there is nothing to say.
  void AddPing(NodeId to);

  // What is kept back of this partition is never sent: its replica is gone, and what
  // it said must not be taken for the word of a later one.
  void Forget(PartitionId partition);
  // The topology that the worker acts by: the frames' epoch.
  void Follow(Epoch epoch) { epoch_ = epoch; }

  // Lets go what the proof covers.
  void Open(const SyncProof& proof);
  // Sends everything added or let go since the last call.
  void Flush(absl::Duration now);

  // Those that were sent nothing since `since`.
  bool SentSince(NodeId to, absl::Duration since) const;

 private:
  struct Frames;  // the open frame of each peer
  void SendFrame(NodeId to, absl::Duration now);
  // The clock goes along now and then, for ClockSkews.
  bool TellsCalendar(NodeId to, absl::Duration now);

  NodeShared& shared_;
  Epoch epoch_;
  std::deque<AfterSync<std::vector<PeerMessage>>> waiting_;  // by rising ticket
  std::map<PartitionId, LogTicket> forgotten_;               // up to there
  std::unique_ptr<Frames> frames_;
  std::map<NodeId, absl::Duration> sent_;
  std::map<NodeId, absl::Duration> calendar_told_;
};

}  // namespace quorate
