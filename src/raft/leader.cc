// What a leader does with proposals and with its followers' answers: paper 5.3
// and 5.4.2.
#include <algorithm>
#include <functional>
#include <utility>

#include "base/crash_point.h"
#include "base/error.h"
#include "base/limits.h"
#include "raft/impl.h"

namespace quorate::raft {
namespace {

// Bugs::count_learners: reached by as many as make a majority, whoever they are.
uint64_t ReachedByAsMany(const Configuration& configuration,
                         absl::FunctionRef<uint64_t(NodeId)> reached) {
  std::vector<uint64_t> values;
  for (NodeId member : configuration.Members()) values.push_back(reached(member));
  std::sort(values.begin(), values.end(), std::greater<>());
  return configuration.voters.empty() ? 0 : values[configuration.voters.size() / 2];
}

}  // namespace

void Raft::Impl::BecomeLeader() {
  role_ = Role::kLeader;
  SetLeader(config_.self);
  elapsed_ = 0;
  heartbeat_elapsed_ = 0;
  oldest_persist_seen_.reset();
  told_to_campaign_ = false;
  rations_.Clear();
  peers_.Clear();
  peers_.Follow(history_.newest().Members(), log_.last_index(), config_);
  // Commits what is left of older terms along with it.
  term_start_ = AppendOwn(EntryKind::kNoop, Payload());
}

LogIndex Raft::Impl::AppendOwn(EntryKind kind, Payload data) {
  Stir();
  const LogIndex index = log_.last_index().next();
  log_.Append({hard_state_.term, index, kind, std::move(data)});
  rations_.Appended(EntryBytes(*log_.EntryAt(index)), history_.newest().learners.size());
  appends_due_ = true;
  return index;
}

absl::StatusOr<Raft::Position> Raft::Impl::Propose(Payload command) {
  if (!is_leader()) {
    return MakeError(absl::StatusCode::kUnavailable, "NOT_LEADER",
                     leader_ ? "this replica follows " + leader_.ToString() + "; propose there"
                             : std::string("this replica knows no leader; try again"));
  }
  if (transferring_to_) {
    return MakeError(absl::StatusCode::kUnavailable, "LEADER_MOVING",
                     "leadership is moving to " + transferring_to_.ToString() + "; try there");
  }
  const uint64_t bytes = log_.uncommitted_bytes();
  if (bytes > 0 && bytes + command.size() > config_.uncommitted_bytes_max) {
    absl::Status full =
        MakeError(absl::StatusCode::kResourceExhausted, "UNCOMMITTED_FULL",
                  std::to_string(bytes) + " bytes wait to be replicated, the limit is " +
                      std::to_string(config_.uncommitted_bytes_max) + "; try again later");
    SetRetryAfter(full, limits::kOverloadRetryAfter);
    return full;
  }
  const LogIndex index = AppendOwn(EntryKind::kCommand, std::move(command));
  return Position{hard_state_.term, index};
}

void Raft::Impl::HandleAppendReply(const Message& message) {
  Progress* peer = peers_.Find(message.from);
  if (peer == nullptr) return;
  peer->recently_active = true;
  if (message.reject) return HandleAppendRefused(*peer, message);
  if (message.index > log_.last_index()) return;  // nothing this leader sent
  const bool news = peer->Matched(message.index);
  if (peer->state == ProgressState::kProbe && message.index == peer->match) {
    peer->BecomeReplicate();
  } else if (peer->state == ProgressState::kSnapshot) {
    if (peer->match.next() >= log_.first_index()) {
      peer->BecomeReplicate();
    } else if (peer->snapshot.index && peer->match >= peer->snapshot.index) {
      peer->BecomeProbe();  // compaction went past the snapshot: it needs another
    }
  }
  appends_due_ = true;
  if (!news) return;
  AdvanceCommit();
  ContinueTransfer();
}

void Raft::Impl::HandleAppendRefused(Progress& peer, const Message& message) {
  if (peer.state == ProgressState::kSnapshot || message.index <= peer.match) return;
  // Probing, there is one question open; an answer to another one is old.
  if (peer.state == ProgressState::kProbe && message.index != peer.next.prev()) return;
  if (peer.state == ProgressState::kReplicate && message.index >= peer.next) return;
  // Both sides skip whole terms that cannot match.
  const LogIndex may_match = log_.LastNotAbove(message.hint_index, message.hint_term);
  const LogIndex next = std::min(message.index, may_match.next());
  peer.BecomeProbe();
  peer.next = std::max(peer.match.next(), next);
  appends_due_ = true;
}

void Raft::Impl::HandleHeartbeatReply(const Message& message) {
  Progress* peer = peers_.Find(message.from);
  if (peer == nullptr) return;
  peer->recently_active = true;
  peer->acked_round = std::max(peer->acked_round, std::min(message.context, reads_.round()));
  TakePromise(message, *peer);
  // What was sent before this heartbeat may be lost: ask.
  peer->probe_sent = false;
  if (peer->in_flight.full()) peer->in_flight.FreeOldest();
  if (peer->match < log_.last_index()) {
    peer->nudge = true;
    appends_due_ = true;
  }
  ConfirmReads();
  ContinueTransfer();
}

uint64_t Raft::Impl::ReachedByQuorum(absl::FunctionRef<uint64_t(const Progress&)> reached,
                                     uint64_t own) const {
  const auto reached_by = [&](NodeId node) -> uint64_t {
    if (node == config_.self) return own;
    const Progress* peer = peers_.Find(node);
    return peer == nullptr ? 0 : reached(*peer);
  };
  if (config_.bugs.count_learners) return ReachedByAsMany(history_.newest(), reached_by);
  return QuorumReached(history_.newest(), reached_by);
}

void Raft::Impl::AdvanceCommit() {
  while (is_leader()) {
    const LogIndex reached(ReachedByQuorum([](const Progress& peer) { return peer.match.value(); },
                                           durability_.index().value()));
    if (reached <= log_.commit_index()) return;
    if (log_.TermAt(reached) != hard_state_.term && !config_.bugs.count_old_term) return;
    log_.CommitTo(reached);
    CrashPoint<"raft-after-commit">();
    appends_due_ = true;
    FinishChange();
  }
}

void Raft::Impl::CheckQuorum() {
  const VoteResult active = CountVotes(history_.newest(), [&](NodeId node) {
    if (node == config_.self) return Vote::kGranted;
    const Progress* peer = peers_.Find(node);
    return peer != nullptr && peer->recently_active ? Vote::kGranted : Vote::kRefused;
  });
  for (Progress& peer : peers_.all()) {
    peer.active_before = std::exchange(peer.recently_active, false);
  }
  if (active != VoteResult::kWon || OwnDiskStalled()) {
    BecomeFollower(hard_state_.term, NodeId());
  }
}

// Heartbeats alone would keep a leader that can write nothing.
bool Raft::Impl::OwnDiskStalled() {
  const std::optional<PersistId> oldest = durability_.oldest();
  const bool stalled = oldest && oldest == oldest_persist_seen_;
  oldest_persist_seen_ = oldest;
  return stalled;
}

}  // namespace quorate::raft
