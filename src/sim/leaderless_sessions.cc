#include "sim/leaderless_sessions.h"

#include <algorithm>

#include "base/strings.h"

namespace quorate::sim {

void LeaderlessSessions::Assign(LeaderlessOp& op, Random& random) const {
  op.session = static_cast<uint32_t>(random.Below(sessions_.size() + 1));
  if (op.session != 0 && op.read && random.Chance(0.6)) op.level = Level::kSession;
}

void LeaderlessSessions::Invoked(const LeaderlessOp& op, Request& request) {
  const bool expires = op.ttl != absl::ZeroDuration();
  if (!op.read && (op.value.empty() || expires)) deleted_.insert(op.key);
  if (op.session == 0) return;
  Session& session = sessions_[op.session - 1];
  request.session = quorum::EncodeSessionPart(session.seen.Find(request.partition));
  begun_[op.id] = {session.floors[op.key], session.seen.time().value()};
}

void LeaderlessSessions::Answered(const LeaderlessOp& op, const Reply& reply) {
  if (op.session == 0) return;
  const Begun begun = begun_.extract(op.id).mapped();
  if (!reply.status.ok()) return;
  Check(op, begun, reply);
  Session& session = sessions_[op.session - 1];
  // By way of the token, as clients do.
  const auto part = quorum::DecodeSessionPart(reply.receipt.seen);
  if (!part.ok()) return violation_(StrCat("leaderless operation #", op.id, " told no session"));
  session.seen.Note(reply.receipt.partition, *part);
  session.seen = *quorum::KeyspaceSession::Decode(session.seen.Encode());
  uint64_t& floor = session.floors[op.key];
  floor = std::max(floor, reply.receipt.version);
}

void LeaderlessSessions::Check(const LeaderlessOp& op, const Begun& begun, const Reply& reply) {
  const uint64_t version = reply.receipt.version;
  if (!op.read && version <= begun.time) {
    violation_(StrCat("leaderless operation #", op.id, " wrote version ", version,
                      ", but its session had seen ", begun.time));
  }
  // Of what was deleted, or expired, everywhere nothing is left to tell.
  const bool forgotten = version == 0 && deleted_.contains(op.key);
  if (op.read && op.level == Level::kSession && !forgotten && version < begun.floor) {
    violation_(StrCat("leaderless operation #", op.id, " read version ", version, " of ", op.key,
                      ", but its session had seen ", begun.floor));
  }
}

}  // namespace quorate::sim
