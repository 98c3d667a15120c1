// Elections: paper 5.2 and 5.4.1; thesis 9.6 for the vote before the vote.
#include <algorithm>
#include <utility>

#include "base/crash_point.h"
#include "raft/impl.h"

namespace quorate::raft {

void Raft::Impl::Campaign() {
  if (is_leader()) return;
  Stir();
  StartCampaign(Role::kPreCandidate, /*forced=*/false);
}

void Raft::Impl::StartCampaign(Role role, bool forced) {
  if (promised() && !forced) return;  // its own vote, too
  // Thesis 4.2.2: one that is on its way out may be the only one that can win
  // until its removal is committed. Its own vote counts only where it votes.
  if (!history_.IsVoterSince(log_.commit_index(), config_.self)) return;
  // Configurations of before may name its id, and mean the former copy.
  if (!has_how_it_came()) return;
  // What it has of a snapshot on the way is no log to lead with.
  if (receiving_ && receiving_->complete) return;
  SetLeader(NodeId());
  role_ = role;
  votes_.clear();
  RestartElectionTimer();
  if (role == Role::kCandidate) hard_state_ = {hard_state_.term.next(), config_.self};
  AskForVotes(forced);
  if (role == Role::kPreCandidate) {
    RecordVote(config_.self, true);
  } else {
    CountOwnVote();
  }
}

void Raft::Impl::AskForVotes(bool forced) {
  const bool pre = role_ == Role::kPreCandidate;
  const Configuration& members = history_.newest();
  for (NodeId member : members.Members()) {
    if (member == config_.self || !members.IsVoter(member)) continue;
    Message request = To(member, pre ? MessageKind::kPreVote : MessageKind::kVote);
    if (pre) request.term = hard_state_.term.next();
    request.index = log_.last_index();
    request.log_term = log_.last_term();
    request.force = forced;
    Send(std::move(request));
  }
}

void Raft::Impl::CountOwnVote() {
  if (role_ != Role::kCandidate) return;
  if (durability_.hard_state() == hard_state_) RecordVote(config_.self, true);
}

void Raft::Impl::RecordVote(NodeId from, bool granted) {
  const auto known = std::find_if(votes_.begin(), votes_.end(),
                                  [&](const auto& vote) { return vote.first == from; });
  if (known != votes_.end()) return;
  votes_.emplace_back(from, granted);
  const VoteResult result = CountVotes(history_.newest(), [&](NodeId voter) {
    for (const auto& [node, yes] : votes_) {
      if (node == voter) return yes ? Vote::kGranted : Vote::kRefused;
    }
    return Vote::kPending;
  });
  if (result == VoteResult::kLost) {
    BecomeFollower(hard_state_.term, NodeId());
  } else if (result == VoteResult::kWon) {
    if (role_ == Role::kPreCandidate) {
      StartCampaign(Role::kCandidate, /*forced=*/false);
    } else {
      BecomeLeader();
    }
  }
}

void Raft::Impl::HandleVoteRequest(const Message& message) {
  const bool pre = message.kind == MessageKind::kPreVote;
  const bool free = hard_state_.vote == message.from || (!hard_state_.vote && !leader_) ||
                    (pre && message.term > hard_state_.term);
  const bool granted =
      free && has_how_it_came() && log_.IsUpToDate(message.index, message.log_term);
  Message reply = To(message.from, pre ? MessageKind::kPreVoteReply : MessageKind::kVoteReply);
  reply.reject = !granted;
  // The candidate must take the answer for one to its (coming) term.
  if (granted) reply.term = message.term;
  if (granted && !pre) {
    hard_state_.vote = message.from;
    CrashPoint<"raft-after-vote">();
    elapsed_ = 0;
  }
  Send(std::move(reply));
}

void Raft::Impl::HandleVoteReply(const Message& message) {
  const bool pre = message.kind == MessageKind::kPreVoteReply;
  if (role_ != (pre ? Role::kPreCandidate : Role::kCandidate)) return;
  // A grant for another term than the one it would campaign in is an old one.
  if (pre && !message.reject && message.term != hard_state_.term.next()) return;
  RecordVote(message.from, !message.reject);
}

void Raft::Impl::BecomeFollower(Term term, NodeId leader) {
  if (term > hard_state_.term) {
    hard_state_ = {term, NodeId()};
    // Nothing goes on across terms, not even with the same leader.
    SetLeader(NodeId());
  }
  if (is_leader()) FailReads(reads_.FailAll());
  role_ = Role::kFollower;
  votes_.clear();
  peers_.Clear();
  transferring_to_ = NodeId();
  appends_due_ = false;
  quiet_ = false;
  SetLeader(leader);
  RestartElectionTimer();
}

void Raft::Impl::SetLeader(NodeId leader) {
  if (leader == leader_) return;
  leader_ = leader;
  FailReads(forwarded_reads_.FailAll());
  if (receiving_ && !receiving_->complete) receiving_.reset();
}

void Raft::Impl::RestartElectionTimer() {
  elapsed_ = 0;
  timeout_ = static_cast<uint32_t>(
      random_.Between(config_.election_ticks, 2 * uint64_t{config_.election_ticks} - 1));
}

}  // namespace quorate::raft
