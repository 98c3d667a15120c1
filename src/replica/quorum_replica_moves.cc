// A leaderless replica while its partition's replicas move.
#include <algorithm>

#include "base/probe.h"
#include "kv/layout.h"
#include "replica/quorum_replica.h"

namespace quorate {

// What a copy left that was here before is nothing that this one has seen.
absl::Status QuorumReplica::ForgetFormerCopy(Engine& engine) const {
  if (options_.joined == Epoch()) return absl::OkStatus();
  const auto entered = store_.Entered();
  if (!entered.ok()) return entered.status();
  if (*entered >= options_.joined) return absl::OkStatus();
  EngineBatch batch;
  batch.DeleteKeys(kv::PartitionBegin(options_.partition), kv::PartitionEnd(options_.partition));
  return engine.Write(batch);
}

void QuorumReplica::SetMove(const Move& move, absl::Duration now) {
  if (move.leaderless.epoch > core_->members().epoch) {
    Reached<"replica: leaderless members change">();
    core_->SetMembers(move.leaderless, At(now));
    fill_source_.SetJoining(move.leaderless.joining.node);
  }
  core_->NoteLeaverHeard(move.leaver_heard);
}

bool QuorumReplica::Serves(Level level, bool write) const {
  const bool by_itself = level == Level::kOne || !quorum::CountsForReads(level);
  const bool leaving = core_->members().leaving == options_.core.self.node;
  return write || !leaving || !by_itself || level == Level::kLinearizable;
}

NodeId QuorumReplica::LeaderHint() const {
  const quorum::Members& members = core_->members();
  const NodeId self = options_.core.self.node;
  if (members.leaving != self) return self;
  const auto other =
      std::find_if(members.replicas.begin(), members.replicas.end(),
                   [&](const quorum::Member& member) { return core_->Reaches(member.node); });
  return other == members.replicas.end() ? self : other->node;
}

}  // namespace quorate
