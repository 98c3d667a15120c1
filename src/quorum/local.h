// What this replica holds and has seen, and the only way to change it: each
// change is an effect in the output. Between two outputs the store lags behind
// the effects not yet handed out; this class reads through them.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "base/hlc.h"
#include "quorum/acceptor.h"
#include "quorum/config.h"
#include "quorum/conflict_policy.h"
#include "quorum/discards.h"
#include "quorum/output.h"
#include "quorum/pending.h"
#include "quorum/recent_writes.h"
#include "quorum/request.h"
#include "quorum/store.h"

namespace quorate::quorum {

class Local {
 public:
  Local(Config config, const ConflictPolicy& policy, const Store& store, Restored restored);
  Local(const Local&) = delete;

  // --- reading ---
  std::optional<Record> Lookup(std::string_view key) const;
  // Likewise what others may be told of it: of a register without the own promise.
  std::optional<Record> Shared(std::string_view key) const;
  // The dots of `clock` that are in the dot log, at most `limit`.
  std::vector<LoggedDot> Logged(const SeenClock& clock, size_t limit) const;
  std::vector<std::string> KeysAfter(std::string_view after, size_t limit) const {
    return store_.KeysAfter(after, limit);
  }
  std::vector<std::string> Keys(std::string_view start, std::string_view end, size_t limit) const {
    return store_.Keys(start, end, limit);
  }
  const Knowledge& knowledge() const { return knowledge_; }
  const SeenClock& seen() const { return knowledge_.seen; }
  const SeenClock& logged() const { return logged_; }
  // Of these dots nothing but their entries in the log is to go once they are
  // covered. Those of earlier lives are not in it.
  const SeenClock& plain() const { return plain_; }
  const Config& config() const { return config_; }
  const Members& members() const { return members_; }
  // It is being filled to take another replica's place, or to come in addition.
  bool joining() const { return members_.joining.node == self().node; }
  // Another takes its place, or none.
  bool leaving() const { return members_.leaving == self().node && !config_.bugs.leaver_answers; }
  // False: an earlier life took part in later members than those that are known yet, so
  // that nothing may be done.
  bool in_step() const { return members_.epoch >= entered_; }
  const ConflictPolicy& policy() const { return policy_; }
  Identity self() const { return config_.self; }
  // What has been seen, for a WriteAsk: without what this replica itself has written
  // since the last output, which is no conflict of what it writes next.
  const SharedClock& Context();

  // --- changing ---
  // A new write by this replica, under the next dot; above `after` in time.
  // INVALID_ARGUMENT where `after` lies too far ahead of the calendar, and what
  // the policy refuses, UNAVAILABLE where all that this replica stamps does: nothing
  // was written then. `ask`: the operation that it is of, admitted by Admit.
  absl::StatusOr<Record> Coordinate(const std::string& key, Change change, HlcTime after,
                                    const Now& now,
                                    const std::optional<OperationAsk>& ask = std::nullopt);
  // Likewise all of them, of a policy whose newest wins, each at a time of one more.
  absl::StatusOr<Run> CoordinateRun(std::vector<BlindWrite> writes, const Now& now);
  // The write just coordinated is that hint's; it and those before it are taken then.
  void TakeHint(const HintNumber& hint);
  bool HasTaken(const HintNumber& hint) const;
  // Takes a record of another replica (none: it was deleted everywhere), with
  // the dots that it stands for. `context`: what the sender had seen, of which
  // nothing is a conflict any more. False: its time lies too far ahead, or a
  // register's promise forbids it (see TakeRefused); nothing was taken then, and its
  // dots are still not seen. `operation`: of the write that it was sent for.
  bool Merge(const std::string& key, std::optional<Record> theirs, const std::vector<Dot>& dots,
             const SeenClock& context, const Now& now,
             const std::optional<Operation>& operation = std::nullopt);
  // Likewise a run of another replica. False: of some record of it.
  bool MergeRun(const Run& run, const SeenClock& context, const Now& now);
  // Another replica is known to have seen all this, be it durable or not.
  void NoteSeenBy(const Identity& other, const SeenClock& seen) { witnesses_.Note(other, seen); }
  void NoteSeenBy(const Identity& other, const Dot& dot) { witnesses_.Note(other, dot); }
  // A message of that life came. False: a later one is known, drop it.
  bool Hear(const Identity& from);
  // Another start of this node, on another copy of its disk, is known to somebody.
  bool has_rival() const { return has_rival_; }
  // Nodes of which a later life was heard of since the last call.
  std::vector<NodeId> TakeReborn() { return std::exchange(reborn_, {}); }
  // Times that this replica gave out when its calendar was set wrong are so far ahead
  // of it by now that the others would refuse the next one, which is above them.
  bool RunsAhead(const Now& now) const;
  // UNAVAILABLE, and nothing is to be written now: CLOCK_AHEAD where it runs ahead;
  // CLOCK_UNCONFIRMED where the calendar says that more time has passed since it last
  // wrote than calendars may differ, and nobody has been heard who could tell.
  absl::Status CheckClock(const Now& now) const;
  // The latest time that may be taken from this calendar: none that nobody has confirmed.
  HlcTime LatestByCalendar(const Now& now) const;
  // What is written from now on is above `time`. False: it lies too far ahead.
  bool Observe(HlcTime time, const Now& now);
  HlcTime time() const { return clock_.last(); }
  uint64_t times_refused() const { return times_refused_; }
  // The partition's members are these from now on; they are newer.
  void Enter(const Members& members);
  // All that others had when they began to fill this replica is here now.
  void TakeOver(const Knowledge& known, const Now& now);
  bool filled() const { return filled_; }
  // And nothing takes that back.
  bool filled_durably() const { return filled_ && !unsaved_ && filled_effect_ <= durable_; }
  // Ended for all replicas: every boot of the node before this.
  void End(NodeId node, Boot first_live);
  // Likewise where another replica has compared what all had on disk, this one too.
  // False: this one has less by now than it had told.
  bool EndAsTold(NodeId node, const Knowledge& told);
  // The key's record loses what nobody needs any more; it means the same.
  void Shorten(const std::string& key, Record record);
  // The record of another replica that has seen the same, where this one's was lost.
  void Restore(const std::string& key, Record record);
  // The dots go from the dot log, the keys with their records.
  void Trim(SeenClock dots, std::vector<std::string> keys);

  // --- operations (local_operations.cc) ---
  const Operations& operations() const { return operations_; }
  // A writer that nobody has had; it holds once all effects so far are durable.
  // UNAVAILABLE, REPLICA_FILLING: also for a while after the disk was filled.
  absl::StatusOr<uint64_t> MakeWriter(const Now& now);
  // Whether a write of it may begin here; else nothing is to be written:
  //   FAILED_PRECONDITION WRITE_FENCED, WRITER_EXPIRED, WRITE_SETTLED: unknown, for an
  //   earlier life may have done it
  //   INVALID_ARGUMENT IDENTITY_REUSED, IDENTITY_INVALID
  // One that is here already is admitted; see Operations::Find.
  absl::Status Admit(const OperationAsk& ask, const Now& now);
  static absl::Status IdentityReused(const OperationId& id);
  // What can be said of it, once all effects so far are durable; `fence`: and it is
  // not done here any more, if that is nothing.
  Standing LookAt(const OperationId& id, bool fence, const Now& now);
  // A crash may take it from this disk after it was sent: a later life will refuse it,
  // for its writer is older than that life.
  bool MayForget(const OperationId& id) const { return TimeIsDurable(HlcTime(id.writer)); }
  // Its writer was made further ahead of this calendar than clocks may differ.
  bool TooFarAhead(const OperationId& id, const Now& now) const;
  // Somebody has asked for its fate, so that nobody is told otherwise by chance.
  bool IsClosed(const OperationId& id) const;
  // What became of an operation on a register, for ever.
  void NoteEnd(const Operations::Row& row, RegisterAttempt::End end);
  // Drops what is old, or too much.
  void SweepOperations(const Now& now);

  // --- registers (local_register.cc) ---
  // What the own acceptor makes of the request; its reply holds once all effects
  // so far are durable. A value that it takes has been given its dot.
  // `row`: of the operation that the value to be accepted comes of, kept with it.
  AcceptorStep StepRegister(const std::string& key, const RegisterRequest& request,
                            const std::optional<Operation>& row = std::nullopt);
  // Of the next value that this replica accepts as its proposer.
  Dot next_dot() const { return {self(), next_counter_}; }
  const Ballot& floor() const { return floor_; }
  // Keys of which a promise refused what came since the last call: the round that
  // it was given to is to be completed.
  std::vector<std::string> TakeRefused() { return std::exchange(refused_, {}); }
  // While this replica is being filled: a record as another holds it, promise and all.
  // False: its time lies too far ahead.
  bool Inherit(const std::string& key, const Record& theirs, const Now& now);
  // Likewise of keys in (after, last] (`last` empty: to the end) but for those that were
  // `listed`: the other has promised nothing above `floor` for them.
  void InheritFloor(const Ballot& floor, const std::string& after, const std::string& last,
                    const std::set<std::string>& listed);
  // False for a while after a lost disk was filled: an earlier life may have given out
  // the times that come next, each the version of another value.
  bool TimesAreFresh(const Now& now) const;
  // The record is a promise alone, and so old that the floor may take its place.
  bool IsIdlePromise(const Record& record, const Now& now) const;

  // --- what a copy that is no replica any more has (local_legacy.cc) ---
  // Or says what it has seen. False: this replica is not fit to, now.
  bool TakesLegacy(const LegacyAsk& ask) const;
  // What this replica lacks of it goes to its conflict journal, and nowhere else.
  void KeepLegacy(const LegacyAsk& ask, const Now& now);

  // --- output ---
  // At once where `at_once`; the core's rule is that only the fan-out of its own
  // writes may be, as nothing else may be told that could be forgotten.
  void Send(NodeId to, Boot to_boot, decltype(Message::body) body, bool at_once = false);
  // To a WriteAsk. Those with ids in a row go as one.
  void Acknowledge(const Identity& to, WriteAnswer answer, bool at_once);
  // Behind all effects so far.
  void Answer(Reply reply) { output_.replies_after_sync.push_back(std::move(reply)); }
  void AnswerAtOnce(Reply reply) { output_.replies.push_back(std::move(reply)); }
  bool has_output() const { return unsaved_ || !output_.empty(); }
  Output TakeOutput();

  // What is sent is told by an epoch that a crash does not take back.
  bool EpochIsDurable() const { return epoch_effect_ <= durable_; }

  // Rises whenever what is known or logged has changed.
  uint64_t changes() const { return changes_; }

  // Effects handed out are numbered from 1; those up to `count` are durable.
  void Persisted(uint64_t count);
  uint64_t emitted() const { return emitted_; }
  uint64_t durable() const { return durable_; }
  // After a crash all time-stamps given out are above it.
  bool TimeIsDurable(HlcTime time) const { return time <= reserved_durable_; }

 private:
  template <class Kind>
  void Emit(Kind effect);
  bool Unconfirmed(const Now& now) const;
  // `all_stay`: of those who kept the partition before.
  void Enter(const Members& members, bool all_stay);
  void Put(const std::string& key, std::optional<Record> record, std::vector<Dot> dots,
           std::optional<Operation> operation = std::nullopt);
  void Put(Run run);
  // Each of its writes is told to be the newest of its key, without a look at what is held.
  bool TakesWhole(const Run& run, const SeenClock& context) const;
  void PutRow(const Operations::Row& row);
  void Close(const OperationId& id);
  std::optional<Operation> RowToKeep(const std::optional<Operation>& row) const;
  void SettleBelow(uint64_t writer, uint64_t below);
  void ForgetBelow(uint64_t writers);
  void Reserve();
  // The dots that `record` has besides its own, where its sender had seen them.
  void NoteWhatElseIsIn(const Record& record, const SeenClock& context,
                        absl::FunctionRef<void(const Dot&)> note) const;
  // Of a record that comes: told without a look at what is held.
  bool SurelyNewest(const std::string& key, const Record& record, const SeenClock& context) const;
  bool MergeRegister(const std::string& key, const std::optional<Record>& theirs,
                     const std::vector<Dot>& dots);
  AcceptorMerge MergeValue(const std::string& key, const RegisterBody& incoming) const;
  std::optional<RegisterBody> Held(std::string_view key) const;
  void RaiseFloorFor(const std::vector<std::string>& dropped);
  Record WithPromise(const std::string& key, const Record& restored) const;

  const Config config_;
  const ConflictPolicy& policy_;
  const Store& store_;
  Knowledge knowledge_;
  SeenClock logged_;
  SeenClock plain_;
  HybridClock clock_;
  HlcTime reserved_;
  HlcTime reserved_durable_;
  uint64_t reserve_effect_ = 0;
  uint64_t next_counter_ = 1;
  uint64_t times_refused_ = 0;
  Operations operations_;
  HlcTime reserved_before_;  // by earlier lives
  uint64_t last_writer_us_;  // of this node
  Witnesses witnesses_;
  bool filled_;
  uint64_t filled_effect_ = 0;
  Members members_;
  Epoch entered_;
  uint64_t epoch_effect_ = 0;
  Ballot floor_;
  TakenHints hints_;
  std::vector<std::string> refused_;
  std::vector<NodeId> reborn_;
  bool has_rival_ = false;
  RecentWrites recent_;
  std::optional<SharedClock> context_;  // until others' writes are seen, or the next output
  bool unsaved_ = false;                // boots heard of or ended, in no effect yet

  Output output_;
  Pending pending_{output_.effects};
  uint64_t changes_ = 0;
  uint64_t emitted_ = 0;
  uint64_t durable_ = 0;
};

template <class Kind>
void Local::Emit(Kind effect) {
  ++changes_;
  output_.effects.emplace_back(std::move(effect));
  ++emitted_;
}

}  // namespace quorate::quorum
