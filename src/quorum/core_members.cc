// The core while its replicas move.
#include "base/error.h"
#include "base/strings.h"
#include "quorum/core.h"

namespace quorate::quorum {

void Core::SetMembers(const Members& members, const Now& now) {
  if (members.epoch <= local_.members().epoch || !members.Contains(local_.self().node)) return;
  local_.Enter(members);
  peers_.SetMembers(members);
  in_epoch_.clear();
  leaver_heard_at_ = now.monotonic;
  seen_at_entry_ = local_.seen();
  coverage_.OnMembers();
  anti_entropy_.OnMembers(now);
  filling_.OnMembers();
  inheritance_.OnMembers();
  verify_.OnMembers();
  if (!local_.in_step()) return;
  writes_.OnMembers(now);
  reads_.OnMembers(now);
  registers_.OnMembers(now);
  lister_.OnMembers(now);
  resolves_.OnMembers(now);
}

// What was said in another epoch counted other sets. Of the next one too: what is known by
// then of the members there is more than what is known here.
bool Core::Fits(Epoch epoch) const {
  return local_.in_step() &&
         (epoch == local_.members().epoch || local_.config().bugs.serve_any_epoch);
}

bool Core::RefuseBehind(uint64_t id) {
  if (local_.in_step()) return false;
  Reply reply;
  reply.id = id;
  reply.status = MakeError(
      absl::StatusCode::kUnavailable, "TOPOLOGY_BEHIND",
      StrCat("the replica at ", local_.self().node.ToString(),
             " knew of a later topology before its restart than ",
             local_.members().epoch.ToString(),
             ", and does nothing before it has heard of that again; nothing was done. Ask another "
             "node"),
      Applied::kNo);
  local_.AnswerAtOnce(std::move(reply));
  return true;
}

bool Core::MoveDone(const Now& now) const {
  const Members& members = local_.members();
  if (!members.moving() || !local_.in_step()) return false;
  for (NodeId node : peers_.others()) {
    const bool entered = in_epoch_.contains(node) || local_.config().bugs.serve_any_epoch;
    if (peers_.alive(node) && !entered) return false;
  }
  if (local_.joining()) {
    return local_.filled_durably() && local_.TimesAreFresh(now) && LeaverIsDone(now);
  }
  if (members.joining.node) return false;
  if (members.leaving == local_.self().node) return OthersHaveAll();
  return LeaverIsLost(now) && (inheritance_.IsTaken() || local_.config().bugs.let_leaver_go);
}

// What it took in earlier epochs may be nowhere else. In this one nothing counts that is
// on its disk alone.
bool Core::LeaverIsDone(const Now& now) const {
  const NodeId leaving = local_.members().leaving;
  if (!leaving || anti_entropy_.HasAllOf(leaving)) return true;
  return local_.config().bugs.let_leaver_go || LeaverIsLost(now);
}

bool Core::LeaverIsLost(const Now& now) const {
  return !peers_.alive(local_.members().leaving) &&
         now.monotonic - leaver_heard_at_ >= local_.config().leaver_patience;
}

bool Core::OthersHaveAll() const {
  Nodes have;
  for (NodeId node : peers_.others()) {
    const bool has = coverage_.Told(node).seen.Covers(seen_at_entry_);
    if (has) have.insert(node);
    if (peers_.alive(node) && !has) return false;
  }
  return Enough(Level::kQuorum, local_.members().After(), "", have);
}

bool Core::TakeLegacy(const Message& message, const Now& now) {
  const auto* ask = std::get_if<LegacyAsk>(&message.body);
  if (ask == nullptr) return std::holds_alternative<LegacyAnswer>(message.body);
  if (!local_.TakesLegacy(*ask)) return true;
  if (!local_.config().bugs.drop_legacy) local_.KeepLegacy(*ask, now);
  local_.Send(message.from.node, message.from.boot, LegacyAnswer{ask->id, local_.seen()});
  return true;
}

}  // namespace quorate::quorum
