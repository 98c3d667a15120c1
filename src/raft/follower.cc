// What a follower does with its leader's appends and heartbeats: paper 5.3.
#include <algorithm>
#include <utility>

#include "base/check.h"
#include "base/crash_point.h"
#include "raft/impl.h"

namespace quorate::raft {

void Raft::Impl::HearLeader(NodeId from) {
  if (role_ != Role::kFollower) {
    BecomeFollower(hard_state_.term, from);
  } else {
    SetLeader(from);
  }
  elapsed_ = 0;
}

void Raft::Impl::HandleAppend(Message& message) {
  // The host is replacing the state; entries would end up under it.
  if (receiving_ && receiving_->complete) return;
  if (message.index < log_.commit_index()) {
    ReplyMatched(message.from, log_.commit_index());
    return;
  }
  if (!log_.Holds(message.index, message.log_term)) {
    RefuseAppend(message);
    return;
  }
  const LogIndex matched = message.index + message.entries.size();
  CrashPoint<"raft-before-append">();
  AcceptEntries(std::move(message.entries));
  // What lies beyond this message's entries may be another leader's.
  log_.CommitTo(std::min(message.commit, matched));
  ReplyMatched(message.from, matched);
}

void Raft::Impl::AcceptEntries(std::vector<LogEntry> entries) {
  const size_t held = log_.CountHeld(entries);
  if (held == entries.size()) return;
  const LogIndex first = entries[held].index;
  if (first <= log_.last_index()) {
    log_.TruncateFrom(first);
    durability_.Truncated(first);
    if (history_.TruncateFrom(first)) ConfigurationChanged();
  }
  for (size_t i = held; i < entries.size(); ++i) {
    if (entries[i].kind == EntryKind::kConfiguration) {
      auto configuration = DecodeConfiguration(entries[i].data.view());
      QUORATE_CHECK(configuration.ok(), "looked at when the message came");
      history_.Append(entries[i].index, *std::move(configuration));
      ConfigurationChanged();
    }
    log_.Append(std::move(entries[i]));
  }
}

void Raft::Impl::RefuseAppend(const Message& message) {
  Message reply = To(message.from, MessageKind::kAppendReply);
  reply.reject = true;
  reply.index = message.index;
  reply.hint_index = log_.LastNotAbove(message.index, message.log_term);
  reply.hint_term = log_.TermAt(reply.hint_index);
  Send(std::move(reply));
}

void Raft::Impl::ReplyMatched(NodeId to, LogIndex index) {
  Message reply = To(to, MessageKind::kAppendReply);
  reply.index = index;
  Send(std::move(reply));
}

void Raft::Impl::LearnCommit(LogIndex index, Term term) {
  if (index > log_.commit_index() && log_.Holds(index, term)) log_.CommitTo(index);
}

void Raft::Impl::HandleHeartbeat(const Message& message) {
  // It tells no more than this replica has acknowledged in this very term.
  if (message.commit <= log_.last_index()) {
    log_.CommitTo(message.commit);
  } else if (!config_.bugs.trust_log_tail) {
    output_.lost_tail = LostTail{message.from, message.commit};
    return;
  }
  Message reply = To(message.from, MessageKind::kHeartbeatReply);
  reply.context = message.context;
  Promise(message, reply);
  if (message.quiet && MayGoQuiet(message)) {
    quiet_ = true;
    quiet_round_ = message.context;
    reply.quiet = true;
  }
  Send(std::move(reply));
}

}  // namespace quorate::raft
