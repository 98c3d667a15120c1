// Linearizable reads without the log: thesis 6.4.
#include <utility>

#include "base/error.h"
#include "raft/impl.h"

namespace quorate::raft {

absl::Status Raft::Impl::ReadIndex(uint64_t read_id) {
  if (!leader_) {
    return MakeError(absl::StatusCode::kUnavailable, "NO_LEADER",
                     "this replica knows no leader; try again or ask another");
  }
  Stir();
  if (is_leader()) {
    reads_.Ask({NodeId(), read_id});
  } else {
    forwarded_reads_.Ask(read_id);
  }
  return absl::OkStatus();
}

void Raft::Impl::BeginReadRound() {
  reads_.BeginRound(log_.commit_index());
  for (const Progress& peer : peers_.all()) {
    if (history_.newest().IsVoter(peer.node)) SendHeartbeat(peer, /*quiet=*/false);
  }
  ConfirmReads();
}

void Raft::Impl::ConfirmReads() {
  if (reads_.empty()) return;
  uint64_t round =
      ReachedByQuorum([](const Progress& peer) { return peer.acked_round; }, reads_.round());
  if (config_.bugs.skip_read_index_round) round = reads_.round();
  for (const LeaderReads::Round& confirmed : reads_.Confirm(round)) {
    for (const AskedRead& read : confirmed.reads) AnswerRead(read, confirmed.index);
  }
}

void Raft::Impl::AnswerRead(const AskedRead& read, LogIndex index) {
  if (!read.from) {
    output_.reads.push_back({read.id, index});
    return;
  }
  Message reply = To(read.from, MessageKind::kReadIndexReply);
  reply.context = read.id;
  // With its term, so that the asker may take it for committed at once.
  reply.index = index;
  reply.log_term = log_.TermAt(index);
  Send(std::move(reply));
}

void Raft::Impl::PassReadsOn() {
  if (!forwarded_reads_.waiting() || !leader_) return;
  Message request = To(leader_, MessageKind::kReadIndex);
  request.context = forwarded_reads_.BeginAsking(config_.election_ticks);
  Send(std::move(request));
}

void Raft::Impl::HandleReadIndex(const Message& message) {
  if (is_leader()) {
    Stir();
    reads_.Ask({message.from, message.context});
    return;
  }
  Message reply = To(message.from, MessageKind::kReadIndexReply);
  reply.context = message.context;
  reply.reject = true;
  Send(std::move(reply));
}

void Raft::Impl::HandleReadIndexReply(const Message& message) {
  if (message.from != leader_) return;
  if (!message.reject) LearnCommit(message.index, message.log_term);
  for (uint64_t id : forwarded_reads_.Answered(message.context)) {
    if (message.reject) {
      output_.reads_failed.push_back({id});
    } else {
      output_.reads.push_back({id, message.index});
    }
  }
}

void Raft::Impl::FailReads(std::vector<ReadFailed> failed) {
  output_.reads_failed.insert(output_.reads_failed.end(), failed.begin(), failed.end());
}

}  // namespace quorate::raft
