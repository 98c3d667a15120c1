#include "quorum/resolve_coordinator.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "base/error.h"
#include "base/strings.h"

namespace quorate::quorum {

void ResolveCoordinator::Start(const ResolveRequest& request, const Now& now) {
  Reply refused;
  refused.id = request.id;
  if (!local_.filled()) {
    refused.status = MakeError(absl::StatusCode::kUnavailable, "REPLICA_FILLING",
                               StrCat("the replica at ", local_.self().node.ToString(),
                                      " began with an empty disk and is being filled by the "
                                      "others. Ask another node"));
  } else if (request.operation.sequence == 0 || local_.TooFarAhead(request.operation, now)) {
    refused.status = MakeError(absl::StatusCode::kInvalidArgument, "IDENTITY_INVALID",
                               StrCat("operation ", request.operation.ToString(),
                                      " is of no writer that was ever opened here"));
  }
  if (!refused.status.ok()) return local_.AnswerAtOnce(std::move(refused));
  Begin(request, false, now);
}

void ResolveCoordinator::Begin(const ResolveRequest& request, bool repeats, const Now& now) {
  const uint64_t id = next_id_++;
  Resolve& resolve = resolves_[id];
  resolve.request = request;
  resolve.repeats = repeats;
  resolve.begun_at = resolve.sent_at = now.monotonic;
  resolve.lives[local_.self().node] = local_.self().boot;
  (void)local_.LookAt(request.operation, request.fence, now);
  for (NodeId node : peers_.others()) Ask(node, id, resolve);
  Judge(resolves_.find(id), false, now);
}

void ResolveCoordinator::Ask(NodeId node, uint64_t id, const Resolve& resolve) {
  local_.Send(node, Boot(),
              ResolveAsk{id, resolve.request.operation, resolve.request.fence, resolve.lives});
}

void ResolveCoordinator::OnAsk(const Identity& from, const ResolveAsk& ask, const Now& now) {
  // What a lost disk had is not known yet, nor is what lies ahead to be kept.
  if (!local_.filled() || local_.TooFarAhead(ask.operation, now)) return;
  if (!local_.config().bugs.resolve_in_one_phase) {
    for (const auto& [node, boot] : ask.lives) (void)local_.Hear({node, boot});
  }
  ResolveAnswer answer;
  answer.id = ask.id;
  answer.standing = local_.LookAt(ask.operation, ask.fence, now);
  answer.heard = local_.knowledge().heard;
  if (const Operations::Row* row = local_.operations().Find(ask.operation)) {
    answer.operation = row->operation;
    answer.key = row->key;
    if (!row->operation.attempt) {
      answer.record = local_.Shared(row->key);
      answer.seen = local_.seen();
    }
  }
  // Behind the fence, the row and what was heard.
  local_.Send(from.node, from.boot, std::move(answer));
}

void ResolveCoordinator::OnAnswer(const Identity& from, const ResolveAnswer& answer,
                                  const Now& now) {
  const auto at = resolves_.find(answer.id);
  if (at == resolves_.end()) return;
  Resolve& resolve = at->second;
  const bool of_register = answer.operation && answer.operation->attempt;
  if (of_register != (answer.operation && local_.policy().ByRounds())) return;
  if (!answer.operation || of_register) {
    if (answer.standing == Standing::kFenced) resolve.lives.try_emplace(from.node, from.boot);
    resolve.answers[from.node] = {answer.standing, answer.heard, std::nullopt};
    if (of_register) {
      resolve.answers[from.node].row = Operations::Row{answer.key, *answer.operation};
    }
    return Judge(at, false, now);
  }
  const ResolveRequest request = std::move(resolve.request);
  resolves_.erase(at);
  const Operation& operation = *answer.operation;
  if (local_.Merge(answer.key, answer.record, {operation.dot}, answer.seen, now, operation)) {
    return writes_.Complete(request, {answer.key, operation}, {from.node}, now);
  }
  // The key lies too far ahead of this calendar: told, but not brought anywhere.
  Reply reply;
  reply.id = request.id;
  reply.fate = Fate::kApplied;
  reply.key = answer.key;
  reply.receipt.dot = operation.dot;
  reply.receipt.time = operation.time;
  reply.receipt.acked_by = {from.node};
  local_.AnswerAtOnce(std::move(reply));
}

bool ResolveCoordinator::Fenced(const Resolve& resolve, const Answer& answer) const {
  if (answer.standing != Standing::kFenced) return false;
  if (local_.config().bugs.resolve_in_one_phase) return true;
  return std::all_of(resolve.lives.begin(), resolve.lives.end(), [&](const auto& life) {
    const auto heard = answer.heard.find(life.first);
    return heard != answer.heard.end() && heard->second >= life.second;
  });
}

void ResolveCoordinator::Judge(Resolves::iterator at, bool late, const Now& now) {
  Resolve& resolve = at->second;
  if (local_.policy().ByRounds() && JudgeRows(at, late, now)) return;
  const ResolveRequest& request = resolve.request;
  const Operations::Row* row = local_.operations().Find(request.operation);
  if (row != nullptr) {
    const ResolveRequest asked = request;
    const Operations::Row found = *row;
    resolves_.erase(at);
    return writes_.Complete(asked, found, {}, now);
  }
  bool settled = false;
  bool forgotten = false;
  const auto note = [&](Standing standing) {
    settled = settled || standing == Standing::kSettled;
    forgotten = forgotten || standing == Standing::kForgotten;
  };
  note(local_.operations().StandingOf(request.operation));
  bool all_living = true;
  bool all = true;
  for (NodeId node : peers_.others()) {
    const auto answer = resolve.answers.find(node);
    if (answer != resolve.answers.end()) {
      note(answer->second.standing);
      continue;
    }
    all = false;
    all_living = all_living && !peers_.alive(node);
  }
  if (!all_living && !late) return;
  if (settled) return Finish(at, Fate::kSettled);
  if (forgotten) return Finish(at, Fate::kExpired);
  if (!request.fence) return Finish(at, Fate::kPossible);
  if (!all) return Fail(at, Missing(resolve));
  // Now that the lives in which they are fenced are known, again from those who had
  // not heard of them.
  bool fenced = true;
  for (NodeId node : peers_.others()) {
    if (Fenced(resolve, resolve.answers[node])) continue;
    fenced = false;
    resolve.answers.erase(node);
    Ask(node, at->first, resolve);
  }
  if (fenced) return Finish(at, Fate::kNever);
  if (late) Fail(at, Missing(resolve));
}

absl::Status ResolveCoordinator::Missing(const Resolve& resolve) const {
  std::string names;
  for (NodeId node : peers_.others()) {
    if (resolve.answers.contains(node)) continue;
    StrAppend(&names, names.empty() ? "" : ", ", node.ToString());
  }
  return MakeError(absl::StatusCode::kUnavailable, "REPLICAS_MISSING",
                   StrCat("what became of operation ", resolve.request.operation.ToString(),
                          " is for all replicas to say, and ", names,
                          " did not; who did does not have it, and it may still appear. Ask "
                          "again when they are back"));
}

void ResolveCoordinator::Finish(Resolves::iterator at, Fate fate) {
  Reply reply;
  reply.fate = fate;
  Tell(at, std::move(reply));
}

void ResolveCoordinator::Fail(Resolves::iterator at, absl::Status status) {
  Reply reply;
  reply.status = std::move(status);
  Tell(at, std::move(reply));
}

void ResolveCoordinator::OnReborn(NodeId node) {
  for (auto& [id, resolve] : resolves_) resolve.answers.erase(node);
}

void ResolveCoordinator::OnMembers(const Now& now) {
  for (auto& [id, resolve] : resolves_) {
    resolve.answers.clear();
    std::erase_if(resolve.lives, [this](const auto& life) {
      return life.first != local_.self().node && !peers_.Knows(life.first);
    });
    resolve.sent_at = now.monotonic;
    for (NodeId node : peers_.others()) Ask(node, id, resolve);
  }
  OnPeerGone(now);
}

void ResolveCoordinator::OnPeerGone(const Now& now) {
  for (auto at = resolves_.begin(); at != resolves_.end();) Judge(at++, false, now);
}

void ResolveCoordinator::Tick(const Now& now) {
  for (auto next = resolves_.begin(); next != resolves_.end();) {
    const auto at = next++;
    Resolve& resolve = at->second;
    if (now.monotonic >= resolve.request.deadline) {
      Judge(at, true, now);
      continue;
    }
    if (now.monotonic - resolve.sent_at < local_.config().resend_interval) continue;
    resolve.sent_at = now.monotonic;
    for (NodeId node : peers_.others()) {
      if (!resolve.answers.contains(node)) Ask(node, at->first, resolve);
    }
    if (local_.policy().ByRounds()) Judge(at, false, now);
  }
}

void ResolveCoordinator::Shutdown() {
  while (!resolves_.empty()) Fail(resolves_.begin(), Missing(resolves_.begin()->second));
}

}  // namespace quorate::quorum
