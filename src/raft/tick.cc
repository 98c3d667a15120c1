// The passing of time.
#include "raft/impl.h"

namespace quorate::raft {

void Raft::Impl::Tick() {
  if (promised_ticks_ > 0) --promised_ticks_;
  if (quiet_) return;
  FailReads(forwarded_reads_.Tick());
  if (is_leader()) {
    TickLeader();
  } else {
    TickOther();
  }
}

void Raft::Impl::TickLeader() {
  TickSnapshots();
  TickTransfer();
  if (!is_leader()) return;
  if (++elapsed_ >= config_.election_ticks) {
    elapsed_ = 0;
    CheckQuorum();
    if (!is_leader()) return;
  }
  ++idle_ticks_;
  MaybeGoQuiet();
  if (quiet_) return;
  if (++heartbeat_elapsed_ >= config_.heartbeat_ticks) SendHeartbeats();
}

void Raft::Impl::TickOther() {
  if (++elapsed_ < timeout_) return;
  RestartElectionTimer();
  // Even where this replica may not campaign: others may, and want its vote.
  SetLeader(NodeId());
  Campaign();
}

}  // namespace quorate::raft
