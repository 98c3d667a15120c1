// One replica's part in one Raft group: a pure state machine. Ticks, messages,
// proposals and completions go in; an Output comes out.
//
// Sources: Ongaro and Ousterhout, "In Search of an Understandable Consensus
// Algorithm" (extended version); Ongaro's thesis, chapters 3 (basic), 4
// (membership), 6.4 (ReadIndex), 9.6 (PreVote).
//
// Single-threaded. After any call, when has_output(), the host takes the
// Output and obeys the rules stated at its fields.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/ids.h"
#include "base/log_entry.h"
#include "base/random.h"
#include "raft/configuration.h"
#include "raft/message.h"
#include "raft/output.h"

namespace quorate::raft {

// Deliberate faults for proving that the tests and the simulator catch them.
// All off outside tests.
struct Bugs {
  bool count_before_sync = false;      // treat entries and votes as durable when handed out
  bool skip_read_index_round = false;  // serve reads without asking a quorum
  bool count_old_term = false;         // commit entries of older terms by count (figure 8)
  bool count_learners = false;         // a leader counts what learners acknowledge
  bool drop_promise_with_connection = false;
  bool keep_lease_over_transfer = false;  // promises count after another was told to campaign
  bool trust_log_tail = false;            // a log that lost its end is taken as it is
  bool skip_joint = false;                // new members count by themselves at once
  bool vote_at_once = false;              // before it knows how it came to its group
  bool changes_at_once = false;           // a change of members begins before the last is committed
};

struct Config {
  NodeId self;
  uint32_t election_ticks = 10;  // lower end; the upper is twice that. > heartbeat_ticks
  uint32_t heartbeat_ticks = 2;
  // How long election_ticks ticks take at least, by this node's clock, if the
  // first may come at once: so long it can promise its vote to no other. Zero:
  // it promises nothing.
  uint64_t promise_us = 0;
  // A leader with nothing to do for this many ticks goes quiet; 0: never.
  uint32_t quiet_after_ticks = 0;
  uint64_t append_bytes_max = 1 << 20;        // entries in one Append; at least one goes
  uint64_t in_flight_appends_max = 256;       // per follower
  uint64_t in_flight_bytes_max = 16 << 20;    // per follower
  uint64_t uncommitted_bytes_max = 64 << 20;  // beyond it proposals are refused
  uint64_t apply_bytes_max = 8 << 20;         // entries in one Output.committed
  // While the kept log is smaller, Compact spares what follows a snapshot under
  // way; else its receiver would need another one on arrival, for ever.
  uint64_t snapshot_keep_bytes_max = 64 << 20;
  // So long a snapshot waits for a receiver that is silent, and then goes on where it
  // was; the host keeps the state it is of as long.
  uint32_t snapshot_patience_ticks = 600;
  // Of election timeouts, and of the names under which reads are passed on to
  // the leader: must differ between two lives of a replica.
  uint64_t seed = 0;
  // Which wish (Configuration::asked) takes this copy in, as a copy without a past; zero:
  // it is of the beginning. Until a configuration of that wish is in its log, it gives no
  // vote, nor takes its own: members who missed that its id had left count it as the
  // former copy, and of what that had acknowledged it may know nothing.
  uint64_t member_since = 0;
  Bugs bugs;

  absl::Status Validate() const;
};

// What storage had at start. `base` is the position before entries.front():
// where the kept log begins. `base.configuration` is the one in force at
// `applied` (later configuration entries are read from `entries`; those up to
// `applied` are in it already).
struct Restored {
  HardState hard_state;
  SnapshotMeta base;
  std::vector<LogEntry> entries;  // consecutive from base.index + 1
  LogIndex applied;               // the state's; base.index <= applied <= last entry
};

// Progress of one peer as the leader sees it, for status and tests.
enum class ProgressState : uint8_t { kProbe, kReplicate, kSnapshot };
struct PeerStatus {
  NodeId node;
  ProgressState state = ProgressState::kProbe;
  LogIndex match;
  LogIndex next;
  bool recently_active = false;
};

struct Status {
  Role role = Role::kFollower;
  NodeId leader;  // zero: unknown
  HardState hard_state;
  LogIndex first_index;  // of the entries kept in memory
  LogIndex last_index;
  Term last_term;
  LogIndex durable_index;
  LogIndex commit_index;
  LogIndex applied_index;
  bool quiet = false;
  NodeId transferring_to;
  Configuration configuration;    // the newest in the log, committed or not
  LogIndex configuration_index;   // not behind where it was appended
  std::vector<PeerStatus> peers;  // leader only
};

class Raft {
 public:
  Raft(Config config, Restored restored);
  ~Raft();
  Raft(const Raft&) = delete;
  Raft& operator=(const Raft&) = delete;

  // --- time and messages ---
  void Tick();
  // From another replica of this group. Messages of older terms, of strangers
  // and duplicates are harmless.
  void Step(Message message);

  // --- proposals (leader only, else FAILED_PRECONDITION, nothing appended) ---
  // The position appended to. Whether it commits is seen in Output.committed:
  // the entry there at this index has this term, or the proposal is lost.
  // RESOURCE_EXHAUSTED over uncommitted_bytes_max; UNAVAILABLE while a
  // transfer is under way.
  struct Position {
    Term term;
    LogIndex index;
  };
  absl::StatusOr<Position> Propose(Payload command);
  // Moves to the target by joint consensus and leaves the joint configuration
  // by itself. Refused while another change is under way or before an entry of
  // this term has committed (fault: raft-dev 2015).
  absl::StatusOr<Position> ProposeChange(const MembershipChange& change);

  // Asks for a linearizable read; answered by ReadReady or ReadFailed with
  // this id, at the leader or through it. UNAVAILABLE if no leader is known.
  absl::Status ReadIndex(uint64_t read_id);
  // Hands over to `to`, or to the most caught-up voter where it is zero.
  absl::Status TransferLeadership(NodeId to);
  // Starts an election now (tests, bootstrap of the preferred leader).
  void Campaign();

  // --- completions ---
  // Everything up to `id` is durable.
  void Persisted(PersistId id);
  // The state machine has applied up to `index`.
  void Applied(LogIndex index);
  // Forget entries up to `index` (<= applied) in memory. A follower that needs
  // them gets a snapshot. May keep more, see snapshot_keep_bytes_max.
  void Compact(LogIndex index);

  // --- news that may wait ---
  // Followers learn what is committed from the next append. Where none follows
  // they are to be told all the same, but nobody waits for it: the host calls
  // TellCommit when it sees fit, best for many groups at once.
  bool commit_untold() const;
  void TellCommit();

  // --- learners ---
  // Of what learners lack, so many bytes may be sent to them until the next call; before
  // the first call, all. What is appended meanwhile is sent besides. Output.fed_bytes tells
  // what became of it.
  void FeedLearners(uint64_t bytes);

  // --- snapshots ---
  // Leader: the chunk asked for by ChunkWanted.
  void SendSnapshotChunk(NodeId to, SnapshotChunk chunk);
  // Leader: no snapshot can be had now; tried again later.
  void SnapshotUnavailable(NodeId to);
  // Follower: state is replaced, durably, by the snapshot. The log restarts at
  // meta.index unless it holds that very entry. The host must persist a log
  // reset where `reset_log` comes back true before anything later.
  struct Installed {
    bool reset_log = false;
  };
  Installed SnapshotInstalled(const SnapshotMeta& meta);
  void SnapshotRefused(const SnapshotMeta& meta);

  // --- promises: what a leader's lease rests on (thesis 6.4.1) ---
  // From now on heartbeats ask their receivers to vote for no other for
  // Config::promise_us, come what may; each time they go out it is a new round.
  void AskPromises(bool ask);
  // The newest round of heartbeats begun. Never used twice in a life.
  uint64_t round() const;
  // The newest round at which a majority of voters so promised. Zero: none, or
  // this replica is no leader that has committed an entry of its term, or it
  // has told another to campaign, for whom promises are broken.
  uint64_t promised_round() const;

  // --- quiet groups ---
  // While quiet, Tick does nothing and no heartbeats flow: the host watches
  // the peers' nodes and calls Wake when the leader's node (or at the leader,
  // a voter's) is gone or restarted. With `leader_gone` an election may start at
  // once, or, where a promise is still to be kept, right after it.
  bool quiet() const;
  void Wake(bool leader_gone);

  // --- looking in ---
  bool has_output() const;
  Output TakeOutput();
  bool is_leader() const;
  NodeId leader() const;
  Term term() const;
  // True once an entry of the leader's own term has committed.
  bool leader_ready() const;
  LogIndex commit_index() const;
  LogIndex last_index() const;
  // This replica's own log is on disk up to here.
  LogIndex durable_index() const;
  // Bytes of entries kept in memory, and of those not yet committed.
  uint64_t log_bytes() const;
  uint64_t uncommitted_bytes() const;
  // Zero where the term is not known (compacted or beyond the end).
  Term TermAt(LogIndex index) const;
  // Null where it is not kept. Valid until the next call that changes anything.
  const LogEntry* EntryAt(LogIndex index) const;
  // The configuration in force at `index` (applied or kept), for snapshots.
  Configuration ConfigurationAt(LogIndex index) const;
  Status status() const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace quorate::raft
