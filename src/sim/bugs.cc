#include "sim/bugs.h"

#include <string>

#include "absl/strings/str_join.h"
#include "base/error.h"
#include "base/strings.h"

namespace quorate::sim {
namespace {

template <class Add>
void AddMoves(Add add) {
  constexpr Profile kProfile = Profile::kMoves;
  auto& forgetful =
      add("forget-vote-on-move", "a replica that comes back may vote twice", kProfile);
  forgetful.forget_vote_on_move = true;
  // One who has how it came refuses whoever has not; either rule alone holds.
  forgetful.raft.vote_at_once = true;
  add("skip-joint", "new members count by themselves at once", kProfile).raft.skip_joint = true;
  add("two-changes-at-once", "a change of members begins before the one before is committed",
      kProfile)
      .raft.changes_at_once = true;
  add("serve-while-joining", "a snapshot counts as whole with its first chunk", kProfile)
      .state.snapshot_ends_early = true;
  add("forget-tombstone-in-stream", "what a snapshot says nothing of stays at its receiver",
      kProfile)
      .state.snapshot_keeps_deleted = true;
}

template <class Add>
void AddLeaderlessMoves(Add add) {
  constexpr Profile kProfile = Profile::kLeaderlessMoves;
  add("old-quorum-dropped-early", "while a leaderless replica moves, the new set counts alone",
      kProfile)
      .quorum.forget_old_set = true;
  add("joiner-counts-unfilled", "a leaderless replica that joins counts before it is filled",
      kProfile)
      .quorum.count_joiner_as_filled = true;
  add("clock-left-behind", "a replica that joins does not take over what its source had seen",
      kProfile)
      .quorum.leave_clock_behind = true;
  add("tombstones-left-behind", "what was deleted is not sent to a replica that joins", kProfile)
      .quorum.forget_dead_in_filling = true;
  add("cover-without-joiner", "what a replica that joins does not have yet is let go", kProfile)
      .quorum.cover_without_joiner = true;
}

template <class Add>
void AddLeaderless(Add add) {
  constexpr Profile kProfile = Profile::kLeaderless;
  add("raise-past-hole", "seeing a dot is seeing all before it", kProfile).quorum.raise_past_hole =
      true;
  add("drop-tombstones-early", "a tombstone goes before all replicas have it", kProfile)
      .quorum.drop_tombstones_early = true;
  add("count-unreachable", "a replica that cannot be reached counts as an answer", kProfile)
      .quorum.count_unreachable = true;
  add("leaderless-ack-before-sync", "a leaderless replica holds a write before it is durable",
      kProfile)
      .quorum.ack_before_sync = true;
  add("keep-boot", "every start of a node has the same boot number", kProfile).keep_boot = true;
  add("older-boot", "what an earlier life of a node sent is taken", kProfile)
      .quorum.accept_older_boot = true;
  add("trust-heard-clock", "a dot is covered by a clock whose records have yet to come", kProfile)
      .quorum.trust_heard_clock = true;
  add("merge-by-adding", "a merge of two counters is their sum", kProfile).quorum.merge_by_adding =
      true;
  add("remove-unseen", "a removal takes away what its context has not seen, too", kProfile)
      .quorum.remove_unseen = true;
  add("rows-at-coordinator", "only its coordinator knows which operation a write is", kProfile)
      .quorum.rows_at_coordinator = true;
  add("trust-older-writers", "a write of a writer from before a restart is done once more",
      kProfile)
      .quorum.trust_older_writers = true;
  add("tell-before-sync", "what was seen, or is read, is told before it is durable", kProfile)
      .quorum.tell_before_sync = true;
  add("hint-counts", "a write kept for a replica is acknowledged at whatever level", kProfile)
      .hint_counts = true;
  add("forget-hints", "writes kept for replicas are gone after a restart", kProfile)
      .forget_hints_on_restart = true;
  add("hints-forget-holder", "a keeper forgets with a restart whom it handed a hint to", kProfile)
      .forget_hint_holders = true;
  add("hints-forget-number", "a replica forgets with a restart which hints it has taken", kProfile)
      .quorum.forget_taken_hints = true;
  add("session-ignored-without-leader", "a leaderless replica reads without what the session saw",
      kProfile)
      .quorum.ignore_session = true;
  add("bound-while-behind", "a leaderless state counts as fresh before it has what others have",
      kProfile)
      .quorum.bound_while_behind = true;
  add("receipt-counts-self", "a leaderless receipt names who took the write, synced or not",
      kProfile)
      .quorum.receipt_counts_self = true;
  add("yield-silently", "a replica whose record loses a conflict tells no journal of it", kProfile)
      .quorum.yield_silently = true;
}

template <class Add>
void AddFates(Add add) {
  add("leaderless-forget-fences", "a leaderless replica forgets with a crash what was told never",
      Profile::kFates)
      .quorum.forget_fences = true;
  add("resolve-in-one-phase", "never is told while an earlier life's write may be under way",
      Profile::kFates)
      .quorum.resolve_in_one_phase = true;
}

template <class Add>
void AddClocks(Add add) {
  add("follow-own-calendar", "a node stamps by its own calendar, whatever the others' say",
      Profile::kClocks)
      .follow_own_calendar = true;
}

template <class Add>
void AddRegisters(Add add) {
  constexpr Profile kProfile = Profile::kLeaderless;
  add("register-reads-any", "a read of a register is what one replica holds", kProfile)
      .quorum.registers.read_returns_any = true;
  add("register-retries-blindly", "a register's write that is overtaken is proposed once more",
      kProfile)
      .quorum.registers.retry_with_higher_ballot = true;
  add("register-answers-at-once", "a failed condition is answered before its round is complete",
      kProfile)
      .quorum.registers.failed_condition_answers_at_once = true;
  add("register-begins-though-fenced", "a write is begun that was told never to be", kProfile)
      .quorum.registers.begin_though_fenced = true;
  add("register-never-without-round", "never is told as too few accepted it, and no round is made",
      kProfile)
      .quorum.registers.never_without_round = true;
  add("register-rows-tell-all", "a write that one acceptor has is told to be applied", kProfile)
      .quorum.registers.rows_tell_all = true;
  add("register-two-ballots", "an overtaken write is tried again under its number", kProfile)
      .quorum.registers.retry_under_one_id = true;
  add("register-ignores-promises", "anti-entropy brings registers what a promise forbids", kProfile)
      .quorum.registers.repair_ignores_promises = true;
  add("register-forgets-floor", "a register's tombstone goes and leaves no ballot behind", kProfile)
      .quorum.registers.no_floor = true;
}

std::vector<DeliberateBug> Make() {
  std::vector<DeliberateBug> list;
  const auto add = [&list](const char* name, const char* what, Profile profile) -> NodeBugs& {
    list.push_back({name, what, {}, profile});
    return list.back().bugs;
  };
  add("ack-before-sync", "entries and votes count before they are durable", Profile::kElections)
      .raft.count_before_sync = true;
  add("skip-read-index-round", "reads are served without asking a quorum", Profile::kMixed)
      .raft.skip_read_index_round = true;
  add("forget-vote", "the vote is gone after a restart", Profile::kElections)
      .forget_vote_on_restart = true;
  add("count-old-term", "entries of older terms commit by count (figure 8)", Profile::kFigure8)
      .raft.count_old_term = true;
  add("count-learner", "a leader counts what learners acknowledge", Profile::kLearners)
      .raft.count_learners = true;
  add("apply-twice", "the applied position is gone after a restart", Profile::kMixed)
      .state.apply_twice_after_restart = true;
  add("ignore-session", "a read in a session does not wait for what it has seen", Profile::kMixed)
      .replica.ignore_session = true;
  add("bound-from-receipt", "a state counts as fresh as the confirmation, not as the question",
      Profile::kReads)
      .replica.bound_from_receipt = true;
  add("read-unapplied", "a confirmed read is served before its index is applied", Profile::kMixed)
      .replica.read_unapplied = true;
  add("lease-kept-over-transfer", "a leader counts on its lease after another was told to campaign",
      Profile::kLeases)
      .raft.keep_lease_over_transfer = true;
  add("lease-from-confirmation", "a lease begins with the promise, not with the question",
      Profile::kLeases)
      .replica.lease_from_confirmation = true;
  add("trust-paused-clock", "a lease outlives a pause of its machine", Profile::kLeases)
      .replica.trust_clock = true;
  add("break-promise-with-connection", "a promise ends with the connection to who had it",
      Profile::kLeases)
      .raft.drop_promise_with_connection = true;
  add("ladder-reports-asked", "a ladder's receipt tells the first rung, not the one reached",
      Profile::kMixed)
      .ladder_reports_asked = true;
  add("receipt-counts-all", "a receipt names replicas that have yet to confirm", Profile::kMixed)
      .replica.receipt_counts_all = true;
  add("snapshot-forgets-writers", "a snapshot says nothing of the writers", Profile::kMixed)
      .state.snapshot_without_writers = true;
  add("apply-known-writes-again", "a write that comes twice happens twice", Profile::kMixed)
      .state.apply_known_writes_again = true;
  add("forget-fences", "a write that was told never to be applied still may be", Profile::kMixed)
      .state.forget_fences = true;
  add("ttl-from-local-clock", "a key expires by the clock of each replica's machine",
      Profile::kExpiry)
      .ttl_from_local_clock = true;
  add("trust-log-tail", "a node starts on a log that has lost its end", Profile::kLostTails)
      .raft.trust_log_tail = true;
  AddMoves(add);
  AddLeaderlessMoves(add);
  AddLeaderless(add);
  AddFates(add);
  AddRegisters(add);
  AddClocks(add);
  return list;
}

}  // namespace

const std::vector<DeliberateBug>& DeliberateBugs() {
  static const std::vector<DeliberateBug> list = Make();
  return list;
}

absl::StatusOr<DeliberateBug> BugFromName(std::string_view name) {
  for (const DeliberateBug& bug : DeliberateBugs()) {
    if (name == bug.name) return bug;
  }
  const std::string names = absl::StrJoin(
      DeliberateBugs(), ", ", [](std::string* out, const DeliberateBug& bug) { *out += bug.name; });
  return MakeError(absl::StatusCode::kInvalidArgument, "UNKNOWN_BUG",
                   StrCat("no bug '", name, "'; there are ", names));
}

}  // namespace quorate::sim
