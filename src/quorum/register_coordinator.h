// Operations on registers at their coordinator, which is a replica: a proposer for
// each (proposer.h), and the replica's own acceptor.
//
//   - What an operation writes is taken by the own acceptor first, gets its dot
//     there and is sent on at once; the own acceptance counts when it is durable.
//   - Writes of one key go one after the other here, so that only those of
//     different nodes contend. Who is overtaken waits a while, random and growing.
//   - Where a promise refused what anti-entropy brought, the key's round is
//     completed, after which anti-entropy gets it through.
//
// Ballots leave only when their time is reserved on disk: no later life of this
// node gives the same time to another value.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "quorum/local.h"
#include "quorum/peers.h"
#include "quorum/proposer.h"
#include "quorum/request.h"
#include "quorum/round_trips.h"

namespace quorate::quorum {

class RegisterCoordinator {
 public:
  RegisterCoordinator(Local& local, const Peers& peers);

  // INVALID_ARGUMENT where the keyspace has no registers; UNAVAILABLE at once, and
  // nothing written, where no majority is alive.
  // One with an operation has been admitted by Local::Admit, and is not here yet.
  void Start(const RegisterCall& call, const Now& now);
  // True: its operation is under way here already, and is answered for it as well.
  bool Join(const RegisterCall& call);
  // What became of the write of that ballot, by a round that completes whatever is
  // there; `done` with RegisterOutcome::took_effect, or why it can't be learnt now.
  using FateFn = std::function<void(const RegisterOutcome&, const Now&)>;
  void LearnFate(const std::string& key, const Ballot& of, absl::Duration deadline, FateFn done,
                 const Now& now);
  // `lives`: what the asker may not have heard of.
  void OnAsk(const Identity& from, const RegisterAsk& ask, std::map<NodeId, Boot> lives,
             const Now& now);
  void OnAnswer(NodeId from, const RegisterAnswer& answer, const Now& now);
  // Local::durable() has risen.
  void OnPersisted(const Now& now);
  // Time has passed, or something was merged.
  void OnProgress(const Now& now);
  void OnPeerGone(const Now& now);
  // Other replicas count from now on.
  void OnMembers(const Now& now);
  // What an earlier life of it has promised and accepted may be lost: with what a later
  // one has, the others have told it all that they had till then.
  void OnReborn(NodeId node);
  // Sends again what has no answer yet; gives up what is past its deadline.
  void Tick(const Now& now);
  // Ends all, with whatever is known of each.
  void Shutdown(const Now& now);

  size_t under_way() const { return operations_.size(); }
  uint64_t round_trips() const { return round_trips_; }

 private:
  struct Operation {
    uint64_t request = 0;  // 0: nobody's, it completes a round
    std::string key;
    RegisterOp op;
    absl::Duration deadline;
    std::unique_ptr<Proposer> proposer;  // null: waits for its turn
    absl::Duration sent_at;
    std::optional<absl::Duration> continue_at;  // it pauses until then
    Nodes refused;                              // its time lies too far ahead for them
    SessionPart session;
    std::optional<OperationAsk> ask;
    std::optional<quorum::Operation> row;  // once its effect is accepted here
    std::vector<uint64_t> also;            // requests for the same operation
    uint64_t accept = 0;                   // of its last one, in accepts_
    FateFn on_fate;
  };
  struct OwnReply {
    uint64_t effects = 0;  // durable, and it holds
    uint64_t operation = 0;
    RegisterReply reply;
  };

  void Configure();
  absl::Status Refuse() const;
  absl::Status RefuseWrite(const Now& now) const;
  void Add(Operation operation, const Now& now);
  void Run(uint64_t id, const Now& now);
  void CompleteRefused(const Now& now);
  // Takes up all that the proposer asks for. The operation may be over then.
  void Pump(uint64_t id, const Now& now);
  bool ReserveBallot(Operation& operation, const Now& now);
  void Send(uint64_t id, Operation& operation, NodeId to, const RegisterRequest& request);
  void AcceptHere(uint64_t id, Operation& operation, RegisterRequest request,
                  const std::optional<RegisterOutcome>& own_effect, const Now& now);
  // Whether its effect may still begin; else the proposer ends.
  bool MayBegin(Operation& operation) const;
  static quorum::Operation RowOf(const Operation& operation, const RegisterValue& value,
                                 const RegisterOutcome& told);
  void Finish(uint64_t id, RegisterOutcome outcome, const Now& now);
  void Tell(const Operation& operation, RegisterOutcome outcome);
  // What its session is to note.
  void NoteSeen(const Operation& operation, const RegisterOutcome& outcome,
                SessionPart& seen) const;
  void NextInLine(const std::string& key, uint64_t done, const Now& now);
  // Those whose turn has come, one after the other and never within one another.
  void RunReady(const Now& now);
  absl::Duration PauseOf(uint64_t id, uint32_t attempt) const;
  std::vector<uint64_t> Ids() const;
  HlcTime Time(const Now& now);

  Local& local_;
  const Peers& peers_;
  ProposerConfig config_;
  BallotSource ballots_;
  uint64_t next_id_ = 1;
  std::map<uint64_t, Operation> operations_;
  std::map<OperationId, uint64_t> asked_;              // under way, and their place in operations_
  std::map<std::string, std::deque<uint64_t>> lines_;  // writes by key; the first runs
  std::deque<uint64_t> ready_;
  bool running_ready_ = false;
  std::set<std::string> completing_;
  std::deque<OwnReply> unsynced_;
  size_t paused_ = 0;
  uint64_t round_trips_ = 0;
  WriteWatch accepts_;  // an acceptance is on its way as a write is
};

}  // namespace quorate::quorum
