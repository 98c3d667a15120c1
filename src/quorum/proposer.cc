#include "quorum/proposer.h"

#include <algorithm>
#include <utility>

namespace quorate::quorum {
namespace {

using Kind = RegisterRequest::Kind;
using Carrier = RegisterRequest::Carrier;

}  // namespace

Proposer::Proposer(ProposerConfig config, BallotSource& ballots, RegisterOp op, HlcTime now)
    : config_(std::move(config)), ballots_(ballots), op_(std::move(op)) {
  if (op_.kind == RegisterOp::Kind::kLearnFate) {
    // As if it were of this proposer, and were overtaken.
    pending_.emplace();
    pending_->accepted = pending_->origin = highest_ = op_.fate_of;
  }
  Try(now);
}

void Proposer::Try(HlcTime now) {
  if (op_.IsBlindWrite() && config_.bugs.blind_writes_learn_nothing) {
    ++rounds_;
    OnLearnt(now);
  } else if (op_.kind == RegisterOp::Kind::kRead || op_.IsBlindWrite()) {
    Learn();
  } else {
    Prepare(now);
  }
}

// --- asking what is held: reads and blind writes ---

void Proposer::Learn() {
  if (++rounds_ > config_.rounds_max) return GiveUp();
  Begin(Phase::kLearning);
  request_.kind = Kind::kQuery;
  ++round_trips_;
  SendToAll();
}

void Proposer::OnLearnt(HlcTime now) {
  if (op_.IsBlindWrite()) {
    Judgement judgement = JudgeRegisterOp(op_, Newest(), MicrosOf(now));
    judgement.next->accepted = judgement.next->origin = ballots_.Above(highest_, now);
    return AcceptHere(*std::move(judgement.next), Aim::kApply, {});
  }
  const RegisterValue newest = Newest();
  answer_ = JudgeRegisterOp(op_, newest, MicrosOf(now)).outcome;
  answer_.dot = newest.dot;
  if (QuorumHolds(newest.accepted) || config_.bugs.read_returns_newest) return Finish(answer_);
  WriteBack(newest);
}

void Proposer::WriteBack(RegisterValue value) {
  std::map<NodeId, RegisterReply> told = std::move(replies_);
  Begin(Phase::kWritingBack);
  request_.kind = Kind::kAccept;
  request_.carrier = Carrier::kWriteBack;
  request_.value = std::move(value);
  for (auto& [node, reply] : told) {
    const bool holds = reply.value.accepted == request_.value.accepted && !reply.inherited;
    if (holds) replies_[node] = std::move(reply);
  }
  ++round_trips_;
  SendToAll();
}

// --- rounds ---

void Proposer::Prepare(HlcTime now) {
  if (++rounds_ > config_.rounds_max) return GiveUp();
  Begin(Phase::kPreparing);
  request_.kind = Kind::kPrepare;
  request_.ballot = ballots_.Above(highest_, now);
  ++round_trips_;
  SendToAll();
}

void Proposer::OnPromised(HlcTime now) {
  const RegisterValue newest = Newest();
  if (pending_) return Resolve(newest);
  Judge(newest, now);
}

void Proposer::Judge(const RegisterValue& newest, HlcTime now) {
  const Ballot ballot = request_.ballot;
  Judgement judgement = JudgeRegisterOp(op_, newest, MicrosOf(now));
  if (judgement.next) {
    RegisterValue next = *std::move(judgement.next);
    next.accepted = next.origin = ballot;
    next.judged = true;
    next.base = newest.origin;
    return AcceptHere(std::move(next), Aim::kApply, std::move(judgement.outcome));
  }
  // What it was judged by is an answer: nobody may see less afterwards.
  judgement.outcome.dot = newest.dot;
  const bool complete = QuorumHolds(newest.accepted) && op_.kind != RegisterOp::Kind::kComplete;
  if (complete || config_.bugs.failed_condition_answers_at_once) {
    return Finish(std::move(judgement.outcome));
  }
  RegisterValue same = newest;
  same.accepted = ballot;
  AcceptHere(std::move(same), Aim::kAnswer, std::move(judgement.outcome));
}

// --- accepting ---

void Proposer::AcceptHere(RegisterValue value, Aim aim, RegisterOutcome outcome) {
  const bool blind = aim == Aim::kApply && op_.IsBlindWrite();
  Begin(Phase::kAcceptingHere);
  request_.kind = Kind::kAccept;
  request_.carrier = blind ? Carrier::kBlindWrite : Carrier::kRound;
  request_.value = std::move(value);
  aim_ = aim;
  answer_ = std::move(outcome);
  output_.accept_here = request_;
  output_.own_effect.reset();
  if (aim == Aim::kApply) output_.own_effect = answer_;
}

void Proposer::AcceptedHere(const Dot& dot) {
  if (phase_ != Phase::kAcceptingHere) return;
  request_.value.dot = answer_.dot = dot;
  if (aim_ == Aim::kApply) {
    pending_ = request_.value;
    answer_.version = op_.kind == RegisterOp::Kind::kDelete ? Ballot() : pending_->origin;
    pending_answer_ = answer_;
  }
  phase_ = Phase::kAccepting;
  ++round_trips_;
  SendToAll();
}

void Proposer::RefusedHere(const RegisterReply& reply, HlcTime now) {
  if (phase_ != Phase::kAcceptingHere) return;
  highest_ = std::max({highest_, reply.promised, reply.value.accepted});
  OnLost(now);
}

void Proposer::OnAccepted() {
  if (aim_ == Aim::kResolve) return Conclude();
  Finish(answer_);
}

// Others have promised or accepted what is higher.
void Proposer::OnLost(HlcTime now) {
  if (phase_ == Phase::kWritingBack) return Prepare(now);
  if (phase_ == Phase::kAccepting && aim_ == Aim::kApply && config_.bugs.retry_with_higher_ballot) {
    pending_.reset();
  }
  Pause();
}

void Proposer::Pause() {
  if (rounds_ >= config_.rounds_max) return GiveUp();
  Begin(Phase::kPaused);
  output_.pause = rounds_;
}

void Proposer::Continue(HlcTime now) {
  if (phase_ != Phase::kPaused) return;
  return pending_ || op_.IsRead() ? Prepare(now) : Try(now);
}

void Proposer::Reconfigure(ProposerConfig config, HlcTime now) {
  config_ = std::move(config);
  if (phase_ == Phase::kFinished || phase_ == Phase::kPaused) return;
  output_.messages.clear();
  return pending_ ? Prepare(now) : Try(now);
}

// --- replies ---

void Proposer::Replied(NodeId from, const RegisterReply& reply, HlcTime now) {
  if (reply.number != number_ || phase_ == Phase::kFinished) return;
  if (std::find(config_.replicas.begin(), config_.replicas.end(), from) == config_.replicas.end()) {
    return;
  }
  highest_ = std::max({highest_, reply.promised, reply.value.accepted});
  replies_[from] = reply;
  if (phase_ == Phase::kLearning && op_.IsRead() && config_.bugs.read_returns_any) {
    return Finish(JudgeRegisterOp(op_, reply.value, MicrosOf(now)).outcome);
  }
  if (QuorumLost()) return OnLost(now);
  if (!QuorumGranted()) return;
  switch (phase_) {
    case Phase::kLearning:
      return OnLearnt(now);
    case Phase::kWritingBack:
      return Finish(answer_);
    case Phase::kPreparing:
      return OnPromised(now);
    case Phase::kAccepting:
      return OnAccepted();
    case Phase::kAcceptingHere:
    case Phase::kPaused:
    case Phase::kFinished:
      return;
  }
}

void Proposer::Resend(HlcTime now) {
  const bool asking = phase_ == Phase::kLearning || phase_ == Phase::kPreparing ||
                      phase_ == Phase::kWritingBack || phase_ == Phase::kAccepting;
  if (!asking) return;
  if (phase_ == Phase::kAccepting && aim_ == Aim::kApply && config_.bugs.retry_with_higher_ballot) {
    RegisterValue again = request_.value;
    again.accepted = again.origin = ballots_.Above(highest_, now);
    return AcceptHere(std::move(again), Aim::kApply, answer_);
  }
  SendToAll();
}

// --- bookkeeping ---

void Proposer::Begin(Phase phase) {
  phase_ = phase;
  ++number_;
  request_ = RegisterRequest();
  request_.number = number_;
  replies_.clear();
  output_.pause = 0;
}

void Proposer::SendToAll() {
  for (NodeId node : config_.replicas) {
    const bool here = node == ballots_.self().node;
    // Its acceptance is under way on the own disk.
    if (replies_.contains(node) || (here && phase_ == Phase::kAccepting)) continue;
    output_.messages.emplace_back(node, request_);
  }
}

// While a replica moves, more may have answered than hold what was agreed on.
std::vector<NodeId> Proposer::Holders() const {
  std::vector<NodeId> nodes = Granted();
  if (phase_ != Phase::kLearning && phase_ != Phase::kPreparing) return nodes;
  const Ballot newest = Newest().accepted;
  std::erase_if(nodes, [&](NodeId node) {
    const RegisterReply& reply = replies_.at(node);
    return reply.value.accepted != newest || reply.inherited;
  });
  return nodes;
}

std::vector<NodeId> Proposer::Granted() const {
  std::vector<NodeId> nodes;
  for (const auto& [node, reply] : replies_) {
    if (reply.granted) nodes.push_back(node);
  }
  return nodes;
}

bool Proposer::QuorumGranted() const {
  return config_.quorum([this](NodeId node) {
    const auto it = replies_.find(node);
    return it != replies_.end() && it->second.granted;
  });
}

bool Proposer::QuorumLost() const {
  return !config_.quorum([this](NodeId node) {
    const auto it = replies_.find(node);
    return it == replies_.end() || it->second.granted;
  });
}

bool Proposer::QuorumHolds(const Ballot& accepted) const {
  return config_.quorum([&](NodeId node) {
    const auto it = replies_.find(node);
    return it != replies_.end() && it->second.granted && !it->second.inherited &&
           it->second.value.accepted == accepted;
  });
}

RegisterValue Proposer::Newest() const {
  RegisterValue newest;
  for (const auto& [node, reply] : replies_) {
    if (reply.granted && reply.value.accepted > newest.accepted) newest = reply.value;
  }
  return newest;
}

bool Proposer::has_output() const {
  return !output_.messages.empty() || output_.accept_here || output_.pause != 0 || output_.outcome;
}

ProposerOutput Proposer::TakeOutput() { return std::exchange(output_, ProposerOutput()); }

}  // namespace quorate::quorum
