// What time, lost replicas and the end of this one do to operations under way.
#include "base/error.h"
#include "base/strings.h"
#include "quorum/register_coordinator.h"

namespace quorate::quorum {

std::vector<uint64_t> RegisterCoordinator::Ids() const {
  std::vector<uint64_t> ids;
  for (const auto& [id, operation] : operations_) ids.push_back(id);
  return ids;
}

void RegisterCoordinator::OnProgress(const Now& now) {
  CompleteRefused(now);
  if (paused_ == 0) return;
  for (uint64_t id : Ids()) {
    const auto at = operations_.find(id);
    if (at == operations_.end() || !at->second.continue_at) continue;
    if (*at->second.continue_at > now.monotonic) continue;
    at->second.continue_at.reset();
    --paused_;
    at->second.proposer->Continue(Time(now));
    Pump(id, now);
  }
}

void RegisterCoordinator::Tick(const Now& now) {
  OnProgress(now);
  for (uint64_t id : Ids()) {
    const auto at = operations_.find(id);
    if (at == operations_.end()) continue;
    Operation& operation = at->second;
    if (now.monotonic >= operation.deadline) {
      if (operation.proposer) {
        operation.proposer->TimedOut();
        Pump(id, now);
        continue;
      }
      RegisterOutcome late;
      late.status = MakeError(absl::StatusCode::kDeadlineExceeded, "DEADLINE_EXCEEDED",
                              "others wrote to the key through this node all the time; nothing was "
                              "done: try again",
                              Applied::kNo);
      Finish(id, std::move(late), now);
    } else if (operation.proposer && !operation.continue_at &&
               now.monotonic - operation.sent_at >= local_.config().resend_interval) {
      operation.sent_at = now.monotonic;
      accepts_.SentAgain(operation.accept);
      operation.proposer->Resend(Time(now));
      Pump(id, now);
    }
  }
}

void RegisterCoordinator::OnPeerGone(const Now& now) {
  if (operations_.empty() || peers_.Enough(Level::kQuorum, peers_.Living())) return;
  for (uint64_t id : Ids()) {
    const auto at = operations_.find(id);
    if (at == operations_.end()) continue;
    if (!at->second.proposer) {
      RegisterOutcome lost;
      lost.status = Refuse();
      Finish(id, std::move(lost), now);
      continue;
    }
    at->second.proposer->Abandon(absl::StatusCode::kUnavailable, "REPLICAS_LOST",
                                 "the majority was lost while the operation was under way");
    Pump(id, now);
  }
}

void RegisterCoordinator::OnMembers(const Now& now) {
  Configure();
  for (uint64_t id : Ids()) {
    const auto at = operations_.find(id);
    if (at == operations_.end() || !at->second.proposer) continue;
    at->second.refused.clear();
    at->second.proposer->Reconfigure(config_, Time(now));
    Pump(id, now);
  }
  OnPeerGone(now);
}

void RegisterCoordinator::OnReborn(NodeId node) {
  for (auto& [id, operation] : operations_) {
    if (operation.proposer) operation.proposer->Forget(node);
    operation.refused.erase(node);
  }
}

void RegisterCoordinator::Shutdown(const Now& now) {
  for (uint64_t id : Ids()) {
    const auto at = operations_.find(id);
    if (at == operations_.end()) continue;
    if (!at->second.proposer) {
      RegisterOutcome ended;
      ended.status = MakeError(absl::StatusCode::kUnavailable, "SHUTTING_DOWN",
                               StrCat(local_.self().node.ToString(),
                                      " is going down; nothing was done. Ask another node"),
                               Applied::kNo);
      Finish(id, std::move(ended), now);
      continue;
    }
    at->second.proposer->Abandon(
        absl::StatusCode::kUnavailable, "SHUTTING_DOWN",
        StrCat(local_.self().node.ToString(), " is going down with the operation under way"));
    Pump(id, now);
  }
}

}  // namespace quorate::quorum
