#include "quorum/acceptor.h"

#include <algorithm>
#include <utility>

namespace quorate::quorum {
namespace {

using Kind = RegisterRequest::Kind;
using Carrier = RegisterRequest::Carrier;

RegisterBody BodyOf(const std::optional<RegisterBody>& held, const Ballot& floor,
                    const RegisterBugs& bugs) {
  if (held) return *held;
  RegisterBody none;
  if (!bugs.no_floor) none.promised = floor;
  return none;
}

bool MayAccept(const RegisterBody& body, const Ballot& ballot, bool ignores_promise) {
  return ballot > body.value.accepted && (ignores_promise || ballot >= body.promised);
}

void Accept(RegisterBody& body, const RegisterValue& value) {
  body.promised = std::max(body.promised, value.accepted);
  body.value = value;
  body.inherited = false;
}

RegisterValue BallotsOf(const RegisterValue& value) {
  RegisterValue ballots;
  ballots.accepted = value.accepted;
  ballots.origin = value.origin;
  return ballots;
}

// True where the body was changed.
bool Prepare(RegisterBody& body, const RegisterRequest& request, RegisterReply& reply) {
  // The same again is promised again: the first answer may be lost.
  reply.granted = request.ballot >= body.promised && request.ballot > body.value.accepted;
  if (!reply.granted || request.ballot == body.promised) return false;
  body.promised = request.ballot;
  return true;
}

bool Accept(RegisterBody& body, const RegisterRequest& request, RegisterReply& reply,
            const RegisterBugs& bugs) {
  const bool blind = request.carrier == Carrier::kBlindWrite;
  const bool repair = request.carrier == Carrier::kWriteBack;
  const bool ignores_promise =
      (blind && bugs.blind_writes_ignore_promises) || (repair && bugs.repair_ignores_promises);
  if (request.value.accepted == body.value.accepted && !body.inherited) {
    reply.granted = true;
    return false;
  }
  if (MayAccept(body, request.value.accepted, ignores_promise)) {
    Accept(body, request.value);
    reply.granted = true;
    return true;
  }
  reply.granted = blind && bugs.beaten_is_taken && request.value.accepted < body.value.accepted;
  return false;
}

}  // namespace

AcceptorStep StepAcceptor(const std::optional<RegisterBody>& held, const Ballot& floor,
                          const RegisterRequest& request, const RegisterBugs& bugs) {
  AcceptorStep step;
  step.reply.number = request.number;
  RegisterBody body = BodyOf(held, floor, bugs);
  if (!body.value.accepted) step.reply.dropped = floor;
  bool changed = false;
  switch (request.kind) {
    case Kind::kQuery:
      step.reply.granted = true;
      step.reply_after_sync = !bugs.tell_before_sync;
      break;
    case Kind::kPrepare:
      step.reply_after_sync = !bugs.promise_before_sync;
      changed = Prepare(body, request, step.reply);
      break;
    case Kind::kAccept:
      step.reply_after_sync = !bugs.accept_before_sync;
      changed = Accept(body, request, step.reply, bugs);
      break;
  }
  step.reply.promised = body.promised;
  step.reply.inherited = body.inherited;
  step.reply.value = request.kind == Kind::kAccept ? BallotsOf(body.value) : body.value;
  if (changed) step.persist = std::move(body);
  return step;
}

AcceptorMerge MergeAccepted(const std::optional<RegisterBody>& held, const Ballot& floor,
                            const RegisterValue& incoming, const RegisterBugs& bugs) {
  AcceptorMerge merge;
  RegisterBody body = BodyOf(held, floor, bugs);
  if (incoming.accepted <= body.value.accepted) return merge;
  if (!MayAccept(body, incoming.accepted, bugs.repair_ignores_promises)) {
    merge.refused = true;
    return merge;
  }
  Accept(body, incoming);
  merge.persist = std::move(body);
  return merge;
}

AcceptorMerge AdoptRegister(const std::optional<RegisterBody>& held, const Ballot& floor,
                            const RegisterBody& incoming) {
  AcceptorMerge merge = MergeAccepted(held, floor, incoming.value);
  RegisterBody body = merge.persist ? *merge.persist : BodyOf(held, floor, {});
  if (incoming.promised <= body.promised) return merge;
  body.promised = incoming.promised;
  merge.persist = std::move(body);
  return merge;
}

std::optional<RegisterBody> InheritRegister(const std::optional<RegisterBody>& held,
                                            const Ballot& floor, const RegisterBody& incoming,
                                            const RegisterBugs& bugs) {
  RegisterBody body = BodyOf(held, floor, bugs);
  const bool newer = incoming.value.accepted > body.value.accepted;
  if (newer) body.value = incoming.value;
  if (!bugs.fill_without_promises) body.promised = std::max(body.promised, incoming.promised);
  body.promised = std::max(body.promised, body.value.accepted);
  body.inherited = body.value.accepted && body.promised > body.value.accepted;
  if (bugs.inherited_is_accepted) body.inherited = false;
  const bool changed = held ? body != *held : newer || body.promised > floor;
  return changed ? std::optional(std::move(body)) : std::nullopt;
}

Ballot FloorAfterDrop(const Ballot& floor, const RegisterBody& dropped) {
  return std::max({floor, dropped.promised, dropped.value.accepted});
}

}  // namespace quorate::quorum
