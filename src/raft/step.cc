// A message arrives: the rules of terms (paper, figure 2, "all servers"; thesis
// 9.6 for PreVote; 4.2.3 for ignoring votes while a leader is alive), then each
// kind goes to its handler.
#include <utility>

#include "raft/impl.h"

namespace quorate::raft {
namespace {

bool IsVoteRequest(MessageKind kind) {
  return kind == MessageKind::kVote || kind == MessageKind::kPreVote;
}

bool FromLeader(MessageKind kind) {
  return kind == MessageKind::kAppend || kind == MessageKind::kHeartbeat ||
         kind == MessageKind::kSnapshotChunk || kind == MessageKind::kCommit;
}

// What promises something that a crash must not undo.
bool WaitsForSync(MessageKind kind) {
  switch (kind) {
    case MessageKind::kPreVoteReply:
    case MessageKind::kVote:
    case MessageKind::kVoteReply:
    case MessageKind::kAppendReply:
    case MessageKind::kHeartbeatReply:
    case MessageKind::kSnapshotReply:
      return true;
    case MessageKind::kPreVote:
    case MessageKind::kAppend:
    case MessageKind::kHeartbeat:
    case MessageKind::kSnapshotChunk:
    case MessageKind::kTimeoutNow:
    case MessageKind::kReadIndex:
    case MessageKind::kReadIndexReply:
    case MessageKind::kCommit:
      return false;
  }
  return true;
}

}  // namespace

void Raft::Impl::Step(Message message) {
  if (!WellFormed(message)) return;
  if (message.term < hard_state_.term) {
    AnswerOlderTerm(message);
    return;
  }
  if (BreaksPromise(message)) return;
  if (LeavesQuiet(message)) Wake(false);
  if (message.term > hard_state_.term && !AdmitNewerTerm(message)) return;
  Dispatch(message);
}

bool Raft::Impl::WellFormed(const Message& message) const {
  if (message.to != config_.self || message.from == config_.self || !message.from) return false;
  if (message.kind == MessageKind::kSnapshotChunk) {
    return message.snapshot.meta.index && message.snapshot.meta.term;
  }
  if (message.kind != MessageKind::kAppend) return true;
  if ((message.index == LogIndex()) != (message.log_term == Term())) return false;
  Term term = message.log_term;
  LogIndex index = message.index;
  for (const LogEntry& entry : message.entries) {
    index = index.next();
    if (entry.index != index || entry.term < term || entry.term > message.term) return false;
    if (entry.kind == EntryKind::kConfiguration && !DecodeConfiguration(entry.data.view()).ok()) {
      return false;
    }
    term = entry.term;
  }
  return true;
}

bool Raft::Impl::InLease() const { return leader_ && elapsed_ < config_.election_ticks; }

bool Raft::Impl::AdmitNewerTerm(const Message& message) {
  if (IsVoteRequest(message.kind) && !message.force && InLease()) return false;
  // These speak of a term that may never come to be.
  if (message.kind == MessageKind::kPreVote) return true;
  if (message.kind == MessageKind::kPreVoteReply && !message.reject) return true;
  BecomeFollower(message.term, FromLeader(message.kind) ? message.from : NodeId());
  return true;
}

// Else two would wait for each other for ever: a leader that is ignored because
// it is of an older term, and a node of a newer term that may not campaign
// because the others hear that leader.
void Raft::Impl::AnswerOlderTerm(const Message& message) {
  if (FromLeader(message.kind)) {
    Send(To(message.from, MessageKind::kAppendReply));
  } else if (message.kind == MessageKind::kPreVote) {
    Message reply = To(message.from, MessageKind::kPreVoteReply);
    reply.reject = true;
    Send(std::move(reply));
  }
}

void Raft::Impl::Dispatch(Message& message) {
  switch (message.kind) {
    case MessageKind::kPreVote:
    case MessageKind::kVote:
      return HandleVoteRequest(message);
    case MessageKind::kPreVoteReply:
    case MessageKind::kVoteReply:
      return HandleVoteReply(message);
    case MessageKind::kAppend:
    case MessageKind::kHeartbeat:
    case MessageKind::kSnapshotChunk:
    case MessageKind::kTimeoutNow:
    case MessageKind::kReadIndexReply:
    case MessageKind::kCommit:
      return DispatchToFollower(message);
    case MessageKind::kAppendReply:
    case MessageKind::kHeartbeatReply:
    case MessageKind::kSnapshotReply:
      return DispatchToLeader(message);
    case MessageKind::kReadIndex:
      return HandleReadIndex(message);
  }
}

void Raft::Impl::DispatchToFollower(Message& message) {
  // Of this term there is one leader; from a second one nothing is believed.
  if (is_leader()) return;
  switch (message.kind) {
    case MessageKind::kAppend:
      HearLeader(message.from);
      return HandleAppend(message);
    case MessageKind::kHeartbeat:
      HearLeader(message.from);
      return HandleHeartbeat(message);
    case MessageKind::kCommit:
      HearLeader(message.from);
      return LearnCommit(message.index, message.log_term);
    case MessageKind::kSnapshotChunk:
      HearLeader(message.from);
      return HandleSnapshotChunk(message);
    case MessageKind::kTimeoutNow:
      if (role_ == Role::kFollower) StartCampaign(Role::kCandidate, /*forced=*/true);
      return;
    case MessageKind::kReadIndexReply:
      return HandleReadIndexReply(message);
    default:
      return;
  }
}

void Raft::Impl::DispatchToLeader(Message& message) {
  if (!is_leader()) return;
  switch (message.kind) {
    case MessageKind::kAppendReply:
      return HandleAppendReply(message);
    case MessageKind::kHeartbeatReply:
      return HandleHeartbeatReply(message);
    case MessageKind::kSnapshotReply:
      return HandleSnapshotReply(message);
    default:
      return;
  }
}

Message Raft::Impl::To(NodeId to, MessageKind kind) const {
  Message message;
  message.kind = kind;
  message.from = config_.self;
  message.to = to;
  message.term = hard_state_.term;
  return message;
}

void Raft::Impl::Send(Message message) {
  auto& queue = WaitsForSync(message.kind) ? output_.messages_after_sync : output_.messages;
  queue.push_back(std::move(message));
}

}  // namespace quorate::raft
