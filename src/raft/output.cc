// What goes to the host, and what comes back when it is done.
#include <algorithm>
#include <iterator>
#include <limits>
#include <utility>

#include "base/check.h"
#include "raft/impl.h"

namespace quorate::raft {

bool Raft::Impl::SomethingToPersist() const {
  return hard_state_ != handed_out_hard_state_ || durability_.handed_out() < log_.last_index();
}

LogIndex Raft::Impl::DeliverableTo() const {
  // While the host replaces the state, nothing may be applied to the old one.
  if (receiving_ && receiving_->complete) return delivered_;
  return std::min(log_.commit_index(), durability_.index());
}

bool Raft::Impl::has_output() const {
  if (SomethingToPersist() || DeliverableTo() > delivered_) return true;
  if (is_leader()) {
    if (appends_due_ || (reads_.waiting() && leader_ready())) return true;
  } else if (forwarded_reads_.waiting()) {
    return true;
  }
  return !output_.messages.empty() || !output_.messages_after_sync.empty() ||
         !output_.reads.empty() || !output_.reads_failed.empty() ||
         !output_.chunks_received.empty() || !output_.chunks_wanted.empty() || output_.lost_tail;
}

Output Raft::Impl::TakeOutput() {
  if (is_leader()) {
    if (reads_.waiting() && leader_ready()) BeginReadRound();
    if (appends_due_) SendAppends();
  } else {
    PassReadsOn();
  }
  Output output = std::exchange(output_, Output());
  output.fed_bytes = rations_.TakeOfGrants();
  output.persist = TakePersist();
  if (config_.bugs.count_before_sync) {
    std::move(output.messages_after_sync.begin(), output.messages_after_sync.end(),
              std::back_inserter(output.messages));
    output.messages_after_sync.clear();
    if (output.persist) Persisted(output.persist->id);
  }
  output.committed = log_.Slice(delivered_.next(), DeliverableTo(), config_.apply_bytes_max);
  delivered_ = delivered_ + output.committed.size();
  return output;
}

std::optional<Persist> Raft::Impl::TakePersist() {
  if (!SomethingToPersist()) return std::nullopt;
  Persist persist;
  if (hard_state_ != handed_out_hard_state_) persist.hard_state = hard_state_;
  handed_out_hard_state_ = hard_state_;
  persist.entries = log_.Slice(durability_.handed_out().next(), log_.last_index(),
                               std::numeric_limits<uint64_t>::max());
  persist.id = durability_.HandOut(persist.hard_state, log_.last_index());
  return persist;
}

void Raft::Impl::Persisted(PersistId id) {
  durability_.Complete(id);
  CountOwnVote();
  AdvanceCommit();
}

void Raft::Impl::Applied(LogIndex index) {
  QUORATE_CHECK(index <= delivered_, "applied what was never handed out");
  applied_ = std::max(applied_, index);
}

void Raft::Impl::Compact(LogIndex index) {
  QUORATE_CHECK(index <= applied_, "the log is still needed to rebuild the state");
  index = CompactableTo(index);
  log_.Compact(index);
  history_.Compact(index);
}

}  // namespace quorate::raft
