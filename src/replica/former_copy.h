// A leaderless replica that its partition has on this node no more. It takes part in
// nothing, and before it is deleted it hands over what it alone had: a replica of today
// keeps that in its conflict journal, and the entries of this one's own as well.
//
// What it alone had is in its dot log, as a dot goes from there only when all have it. So
// it asks all replicas that can be heard what they have seen, and brings one of them the
// rest, page by page, each answered from disk. It begins anew whenever one that it counts on
// falls silent, and after a restart: what a journal has it does not take twice.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "quorum/message.h"
#include "replica/quorum_replica.h"

namespace quorate {

class FormerCopy {
 public:
  // `replica` is shut down, or was never asked anything.
  explicit FormerCopy(std::unique_ptr<QuorumReplica> replica) : replica_(std::move(replica)) {}

  // Nothing is left that others lack, on their disks: it may be deleted.
  bool done() const { return done_; }
  // Now and then. `replicas`: those of today that can be heard.
  absl::Status Tick(const std::vector<NodeId>& replicas, absl::Duration now,
                    std::vector<PeerMessage>& out);
  absl::Status Receive(NodeId from, std::string_view payload, absl::Duration now,
                       std::vector<PeerMessage>& out);
  const QuorumReplica& replica() const { return *replica_; }
  absl::StatusOr<LogIndex> ReleasableIndex() { return replica_->ReleasableIndex(); }

 private:
  void AskAll(absl::Duration now, std::vector<PeerMessage>& out);
  absl::Status HeardAll(absl::Duration now, std::vector<PeerMessage>& out);
  absl::Status FindLost();
  void SendPage(absl::Duration now, std::vector<PeerMessage>& out);
  void Send(NodeId to, const quorum::LegacyAsk& ask, std::vector<PeerMessage>& out) const;

  const std::unique_ptr<QuorumReplica> replica_;
  bool looked_ = false;  // whether there is anything at all
  bool done_ = false;
  uint64_t id_ = 0;  // of the question that is to be answered; those before are late
  absl::Duration asked_at_ = -absl::InfiniteDuration();
  std::vector<NodeId> asked_;                  // in this round
  std::map<NodeId, quorum::SeenClock> heard_;  // likewise
  uint64_t rounds_ = 0;
  NodeId taker_;                           // zero: they are still being heard
  quorum::SeenClock known_;                // by those together
  std::vector<std::string> keys_;          // of what they lack
  std::vector<quorum::Discard> discards_;  // the oldest first
  size_t key_ = 0;                         // the first of the page under way
  size_t discard_ = 0;
  size_t next_key_ = 0;  // behind it
  size_t next_discard_ = 0;
};

}  // namespace quorate
