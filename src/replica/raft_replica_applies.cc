// When committed entries are applied. A leader does so at once: its clients wait
// for it. Elsewhere nobody may be looking, and many entries applied together cost
// far less than one by one: they wait for a tick, a read, or enough of them.
#include <utility>

#include "base/crash_point.h"
#include "replica/raft_replica.h"

namespace quorate {
namespace {

// Within one tick no more than this waits, counted by what it holds in memory.
constexpr size_t kUnappliedEntriesMax = 512;
constexpr size_t kUnappliedBytesMax = 256 << 10;

}  // namespace

void RaftReplica::TakeCommitted(std::vector<LogEntry>& committed) {
  for (LogEntry& entry : committed) {
    unapplied_bytes_ += entry.data.view().size();
    unapplied_.push_back(std::move(entry));
  }
}

bool RaftReplica::ApplyIsDue() const {
  return raft_->is_leader() || apply_asked_ || reads_.waiting() || proposals_.waiting() > 0 ||
         unapplied_.size() >= kUnappliedEntriesMax || unapplied_bytes_ >= kUnappliedBytesMax;
}

absl::Status RaftReplica::ApplyIfDue(absl::Duration now) {
  return ApplyIsDue() ? ApplyCommitted(now) : absl::OkStatus();
}

absl::Status RaftReplica::ApplyCommitted(absl::Duration now) {
  apply_asked_ = false;
  if (unapplied_.empty()) return absl::OkStatus();
  const std::vector<LogEntry> entries = std::exchange(unapplied_, {});
  unapplied_bytes_ = 0;
  return Apply(entries, now);
}

absl::Status RaftReplica::Apply(const std::vector<LogEntry>& entries, absl::Duration now) {
  const LogIndex last = entries.back().index;
  CrashPoint<"apply-before">();
  auto results = state_.Apply(entries, raft::EncodeConfiguration(raft_->ConfigurationAt(last)));
  if (!results.ok()) return results.status();
  CrashPoint<"apply-after">();
  clock_.Learn(state_.applied().time_us, now);
  Acknowledge(entries, *results, now);
  CrashPoint<"apply-after-answer">();
  raft_->Applied(last);
  TrimMemory();
  return absl::OkStatus();
}

void RaftReplica::TrimMemory() {
  if (raft_->log_bytes() <= options_.log_bytes_max) return;
  const LogIndex applied = state_.applied().index;
  const raft::Status status = raft_->status();
  // Half goes at a time, so that this is rare.
  const uint64_t kept = status.last_index - status.first_index;
  const LogIndex middle = status.first_index + kept / 2;
  raft_->Compact(std::min(applied, middle));
}

}  // namespace quorate
