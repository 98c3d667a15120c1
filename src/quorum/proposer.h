// The proposer's half of the register: one operation on one key, from its start
// to its outcome. A pure state machine of its coordinator, which is a replica.
//
//   a round      prepare at a quorum, judge the newest value told, accept
//   a blind put  ask a quorum for the highest ballot, accept above it
//   a read       ask a quorum; where one agrees on one accepted ballot, that is
//                the answer, else what it returns is brought to a quorum first
//
// An operation of its own has one ballot: once an acceptor may have taken it, it
// is never proposed under another, which could let it take effect twice. What
// became of it is then learnt by a round that completes whatever is there.
//
// Single-threaded. After any call, when has_output(), the host takes the Output.
// Times `now` are of this node's hybrid clock.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "base/hlc.h"
#include "base/ids.h"
#include "quorum/acceptor.h"
#include "quorum/ballot.h"
#include "quorum/quorum_predicate.h"
#include "quorum/register_op.h"

namespace quorate::quorum {

struct ProposerConfig {
  // Of all that hold the key in this configuration, this replica among them.
  std::vector<NodeId> replicas;
  QuorumPredicate quorum;
  // Ballots tried before it gives up on others that always come between.
  uint32_t rounds_max = 16;
  RegisterBugs bugs;
};

struct ProposerOutput {
  // To be sent; those to this very node go to its own acceptor.
  std::vector<std::pair<NodeId, RegisterRequest>> messages;
  // An acceptance that this node's acceptor takes first. The host steps it at
  // once. Granted: it gives the value a dot, starts to persist it and calls
  // AcceptedHere; the acceptor's reply comes by Replied when it is durable.
  // Not granted: RefusedHere.
  std::optional<RegisterRequest> accept_here;
  // That is the operation's own effect, and this will be told of it.
  std::optional<RegisterOutcome> own_effect;
  // Another proposer came between: after a while, random and growing with this
  // count, the host calls Continue.
  uint32_t pause = 0;
  std::optional<RegisterOutcome> outcome;  // at the end, once
};

class Proposer {
 public:
  // `ballots` outlives it.
  Proposer(ProposerConfig config, BallotSource& ballots, RegisterOp op, HlcTime now);

  void AcceptedHere(const Dot& dot);
  void RefusedHere(const RegisterReply& reply, HlcTime now);
  // Late, foreign and duplicate replies are harmless.
  void Replied(NodeId from, const RegisterReply& reply, HlcTime now);
  // What that node has replied in this phase holds no longer: its disk may be lost. It is
  // asked again with the next Resend.
  void Forget(NodeId node) { replies_.erase(node); }
  void Continue(HlcTime now);
  // Other replicas count from now on. It begins anew; what may have been accepted of its
  // own effect is resolved first.
  void Reconfigure(ProposerConfig config, HlcTime now);
  // What is not answered yet is sent again, the same ballot and value.
  void Resend(HlcTime now);
  // The end, whatever is known by now.
  void TimedOut();
  // Likewise, for that reason; `message` says what is wrong, and what became of the
  // operation is added.
  void Abandon(absl::StatusCode code, std::string_view reason, std::string_view message);

  bool has_output() const;
  ProposerOutput TakeOutput();
  bool finished() const { return phase_ == Phase::kFinished; }

 private:
  enum class Phase : uint8_t {
    kLearning,     // asked what they hold
    kWritingBack,  // the newest value told, under its own ballot
    kPreparing,
    kAcceptingHere,
    kAccepting,
    kPaused,
    kFinished,
  };
  // What the accepting of a value is for.
  enum class Aim : uint8_t {
    kApply,    // the operation's own effect
    kAnswer,   // the value that it was answered by
    kResolve,  // whatever is there, to learn what became of the own effect
  };

  void Try(HlcTime now);
  void Learn();
  void OnLearnt(HlcTime now);
  void WriteBack(RegisterValue value);
  void Prepare(HlcTime now);
  void OnPromised(HlcTime now);
  void Judge(const RegisterValue& newest, HlcTime now);
  enum class Fate : uint8_t { kUnknown, kApplied, kOverwritten, kNotApplied };
  void Resolve(const RegisterValue& newest);
  Fate FateOfOwn(const RegisterValue& newest) const;
  bool Closed() const;
  void AcceptHere(RegisterValue value, Aim aim, RegisterOutcome outcome);
  void OnAccepted();
  void OnLost(HlcTime now);
  void Pause();
  void Conclude();
  void GiveUp();
  void Finish(RegisterOutcome outcome);

  void Begin(Phase phase);  // a new number, no replies yet
  void SendToAll();
  std::vector<NodeId> Granted() const;
  std::vector<NodeId> Holders() const;
  bool QuorumGranted() const;
  bool QuorumLost() const;
  // Of those that granted, a quorum holds this very acceptance.
  bool QuorumHolds(const Ballot& accepted) const;
  RegisterValue Newest() const;

  ProposerConfig config_;
  BallotSource& ballots_;
  RegisterOp op_;

  Phase phase_ = Phase::kLearning;
  uint64_t number_ = 0;
  uint32_t rounds_ = 0;
  uint32_t round_trips_ = 0;
  RegisterRequest request_;  // of this phase
  std::map<NodeId, RegisterReply> replies_;
  Ballot highest_;  // ever told
  Aim aim_ = Aim::kApply;
  RegisterOutcome answer_;  // once what is being accepted is on a quorum

  // The own effect, once an acceptor may have taken it.
  std::optional<RegisterValue> pending_;
  RegisterOutcome pending_answer_;
  // What a round that resolves learnt of it, true once that round is complete.
  Fate fate_ = Fate::kUnknown;
  ProposerOutput output_;
};

}  // namespace quorate::quorum
