#include "sim/merging_sessions.h"

#include "base/strings.h"
#include "sim/merging_values.h"

namespace quorate::sim {

quorum::KeyspaceSession& MergingSessions::TokenOf(const MergingOp& op) {
  return sessions_[op.session - 1][MergingKeyspaceOf(op.key).name];
}

void MergingSessions::Assign(MergingOp& op, Random& random) const {
  op.session = static_cast<uint32_t>(random.Below(sessions_.size() + 1));
  const bool read = op.kind == MergingOp::Kind::kRead;
  if (op.session != 0 && read && random.Chance(0.6)) op.level = Level::kSession;
}

void MergingSessions::Invoked(const MergingOp& op, Request& request) {
  if (op.session == 0) return;
  request.session = quorum::EncodeSessionPart(TokenOf(op).Find(request.partition));
}

void MergingSessions::Answered(const MergingOp& op, const Reply& reply) {
  if (op.session == 0) return;
  const auto part = quorum::DecodeSessionPart(reply.receipt.seen);
  if (!part.ok()) return violation_(StrCat("merging operation #", op.id, " told no session"));
  quorum::KeyspaceSession& token = TokenOf(op);
  token.Note(reply.receipt.partition, *part);
  // By way of its bytes, as clients do.
  token = *quorum::KeyspaceSession::Decode(token.Encode());
}

}  // namespace quorate::sim
