// How an operation ends: what became of a write that was overtaken, and what is
// told where that cannot be known.
#include <algorithm>
#include <utility>

#include "base/error.h"
#include "base/strings.h"
#include "quorum/proposer.h"

namespace quorate::quorum {
namespace {

RegisterOutcome Failed(absl::StatusCode code, std::string_view reason, std::string_view message,
                       Applied applied) {
  RegisterOutcome outcome;
  outcome.status = MakeError(code, reason, message, applied);
  return outcome;
}

}  // namespace

// A quorum has promised a ballot above the own one. Once what it holds is
// complete, the own value cannot come up any more where it is not in its past.
void Proposer::Resolve(const RegisterValue& newest) {
  fate_ = FateOfOwn(newest);
  answer_ = pending_answer_;
  // Right before the write that replaced it, the own one may always have been;
  // but a version between may be greater than its own.
  if (fate_ == Fate::kOverwritten) answer_.version = Ballot();
  answer_.dot = newest.dot;
  if (newest.accepted >= pending_->accepted && QuorumHolds(newest.accepted)) return Conclude();
  RegisterValue same = newest;
  same.accepted = request_.ballot;
  AcceptHere(std::move(same), Aim::kResolve, answer_);
}

Proposer::Fate Proposer::FateOfOwn(const RegisterValue& newest) const {
  const Ballot own = pending_->accepted;
  if (!newest.accepted) {
    const bool dropped = std::any_of(replies_.begin(), replies_.end(), [&](const auto& entry) {
      return entry.second.granted && entry.second.dropped >= own;
    });
    return dropped && !config_.bugs.resolve_forgets_drops ? Fate::kUnknown : Fate::kNotApplied;
  }
  if (newest.origin == own) return Fate::kApplied;
  const bool known = newest.origin || config_.bugs.resolve_forgets_drops;
  if (!known) return Fate::kUnknown;  // a round that completed nothing, as here
  if (newest.origin < own) return Fate::kNotApplied;
  if (newest.judged) {
    if (newest.base == own) return Fate::kApplied;
    const bool base_known = newest.base || config_.bugs.resolve_forgets_drops;
    return base_known && newest.base < own ? Fate::kNotApplied : Fate::kUnknown;
  }
  // Blind, and its acceptance began after the own write did. But who has asked for the
  // fate of it may have been told before that that it never was.
  return op_.IsBlindWrite() && !Closed() ? Fate::kOverwritten : Fate::kUnknown;
}

bool Proposer::Closed() const {
  if (config_.bugs.overwritten_though_closed) return false;
  return std::any_of(replies_.begin(), replies_.end(),
                     [](const auto& entry) { return entry.second.closed; });
}

void Proposer::Conclude() {
  if (op_.kind == RegisterOp::Kind::kLearnFate) {
    const Dot dot = answer_.dot;
    answer_ = RegisterOutcome();
    answer_.dot = dot;
    if (fate_ != Fate::kUnknown) answer_.took_effect = fate_ == Fate::kApplied;
    return Finish(answer_);
  }
  if (fate_ == Fate::kApplied || fate_ == Fate::kOverwritten) return Finish(answer_);
  if (fate_ == Fate::kUnknown) return GiveUp();
  pending_.reset();
  if (!op_.one_ballot || config_.bugs.retry_under_one_id)
    return Pause();  // then it may be tried anew
  Finish(Failed(absl::StatusCode::kAborted, "REGISTER_CONTENDED",
                "others wrote to the key meanwhile, so that this write was not done and will not "
                "be: send it again under another sequence",
                Applied::kNo));
}

void Proposer::TimedOut() {
  if (phase_ == Phase::kFinished) return;
  if (pending_) {
    return Finish(Failed(absl::StatusCode::kDeadlineExceeded, "DEADLINE_EXCEEDED",
                         "no quorum has answered in time; the write may have taken effect or may "
                         "yet: read before writing again",
                         Applied::kUnknown));
  }
  Finish(Failed(absl::StatusCode::kDeadlineExceeded, "DEADLINE_EXCEEDED",
                "no quorum has answered in time; nothing was written: try again", Applied::kNo));
}

void Proposer::Abandon(absl::StatusCode code, std::string_view reason, std::string_view message) {
  if (phase_ == Phase::kFinished) return;
  Finish(Failed(code, reason,
                StrCat(message, pending_ ? "; the write may have taken effect or may yet: read "
                                           "before writing again"
                                         : "; nothing was written"),
                pending_ ? Applied::kUnknown : Applied::kNo));
}

void Proposer::GiveUp() {
  if (pending_) {
    return Finish(Failed(absl::StatusCode::kAborted, "REGISTER_CONTENDED",
                         "others wrote to the key meanwhile, and whether this write took effect "
                         "before theirs cannot be told: read before writing again",
                         Applied::kUnknown));
  }
  Finish(Failed(absl::StatusCode::kAborted, "REGISTER_CONTENDED",
                StrCat("others wrote to the key in each of ", rounds_,
                       " attempts; nothing was done: try again later"),
                Applied::kNo));
}

void Proposer::Finish(RegisterOutcome outcome) {
  outcome.holders = Holders();
  outcome.round_trips = round_trips_;
  Begin(Phase::kFinished);
  output_.accept_here.reset();
  output_.outcome = std::move(outcome);
}

}  // namespace quorate::quorum
