#include "raft/raft.h"

#include <utility>

#include "base/error.h"
#include "raft/impl.h"

namespace quorate::raft {
namespace {

absl::Status BadConfig(std::string_view message) {
  return MakeError(absl::StatusCode::kInvalidArgument, "BAD_RAFT_CONFIG", message);
}

}  // namespace

absl::Status Config::Validate() const {
  if (!self) return BadConfig("self is n0; a replica needs its node's id");
  if (heartbeat_ticks == 0) return BadConfig("heartbeat_ticks is 0; it must be at least 1");
  if (election_ticks <= heartbeat_ticks) {
    return BadConfig("election_ticks must be larger than heartbeat_ticks, best five times");
  }
  if (append_bytes_max == 0 || apply_bytes_max == 0 || uncommitted_bytes_max == 0) {
    return BadConfig("append_bytes_max, apply_bytes_max and uncommitted_bytes_max must not be 0");
  }
  if (in_flight_appends_max == 0 || in_flight_bytes_max == 0) {
    return BadConfig("in_flight_appends_max and in_flight_bytes_max must not be 0");
  }
  return absl::OkStatus();
}

Raft::Raft(Config config, Restored restored)
    : impl_(std::make_unique<Impl>(std::move(config), std::move(restored))) {}
Raft::~Raft() = default;

void Raft::Tick() { impl_->Tick(); }
void Raft::Step(Message message) { impl_->Step(std::move(message)); }

absl::StatusOr<Raft::Position> Raft::Propose(Payload command) {
  return impl_->Propose(std::move(command));
}
absl::StatusOr<Raft::Position> Raft::ProposeChange(const MembershipChange& change) {
  return impl_->ProposeChange(change);
}
absl::Status Raft::ReadIndex(uint64_t read_id) { return impl_->ReadIndex(read_id); }
absl::Status Raft::TransferLeadership(NodeId to) { return impl_->TransferLeadership(to); }
void Raft::Campaign() { impl_->Campaign(); }

void Raft::Persisted(PersistId id) { impl_->Persisted(id); }
void Raft::Applied(LogIndex index) { impl_->Applied(index); }
void Raft::Compact(LogIndex index) { impl_->Compact(index); }

bool Raft::commit_untold() const { return impl_->commit_untold(); }
void Raft::TellCommit() { impl_->TellCommit(); }
void Raft::FeedLearners(uint64_t bytes) { impl_->FeedLearners(bytes); }

void Raft::SendSnapshotChunk(NodeId to, SnapshotChunk chunk) {
  impl_->SendSnapshotChunk(to, std::move(chunk));
}
void Raft::SnapshotUnavailable(NodeId to) { impl_->SnapshotUnavailable(to); }
Raft::Installed Raft::SnapshotInstalled(const SnapshotMeta& meta) {
  return impl_->SnapshotInstalled(meta);
}
void Raft::SnapshotRefused(const SnapshotMeta& meta) { impl_->SnapshotRefused(meta); }

void Raft::AskPromises(bool ask) { impl_->AskPromises(ask); }
uint64_t Raft::round() const { return impl_->round(); }
uint64_t Raft::promised_round() const { return impl_->promised_round(); }

bool Raft::quiet() const { return impl_->quiet(); }
void Raft::Wake(bool leader_gone) { impl_->Wake(leader_gone); }

bool Raft::has_output() const { return impl_->has_output(); }
Output Raft::TakeOutput() { return impl_->TakeOutput(); }
bool Raft::is_leader() const { return impl_->is_leader(); }
NodeId Raft::leader() const { return impl_->leader(); }
Term Raft::term() const { return impl_->term(); }
bool Raft::leader_ready() const { return impl_->leader_ready(); }
LogIndex Raft::commit_index() const { return impl_->log().commit_index(); }
LogIndex Raft::durable_index() const { return impl_->durable_index(); }
LogIndex Raft::last_index() const { return impl_->log().last_index(); }
uint64_t Raft::log_bytes() const { return impl_->log().bytes(); }
uint64_t Raft::uncommitted_bytes() const { return impl_->log().uncommitted_bytes(); }
Term Raft::TermAt(LogIndex index) const { return impl_->log().TermAt(index); }
const LogEntry* Raft::EntryAt(LogIndex index) const { return impl_->log().EntryAt(index); }
Configuration Raft::ConfigurationAt(LogIndex index) const { return impl_->history().At(index); }
Status Raft::status() const { return impl_->status(); }

}  // namespace quorate::raft
