// What was handed out for persisting and what of it is durable. The disk may
// be slow and several outputs on their way; a completion counts only for the
// entries it was for, even if others have since taken their index.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>

#include "base/ids.h"
#include "base/log_entry.h"
#include "raft/output.h"

namespace quorate::raft {

class Durability {
 public:
  // Everything up to `last`, and `hard_state`, is on disk at start.
  Durability(const HardState& hard_state, LogIndex last)
      : hard_state_(hard_state), index_(last), handed_out_(last) {}

  // Entries up to here of the log as it is now are durable.
  LogIndex index() const { return index_; }
  const HardState& hard_state() const { return hard_state_; }
  // The last entry of the log as it is now that was handed out.
  LogIndex handed_out() const { return handed_out_; }
  // The oldest still under way; nullopt: none.
  std::optional<PersistId> oldest() const {
    return pending_.empty() ? std::nullopt : std::optional(pending_.front().id);
  }

  // Entries up to `last` and maybe a hard state leave for the disk.
  PersistId HandOut(const std::optional<HardState>& hard_state, LogIndex last);
  // The log now ends before `from`: what was there no longer counts.
  void Truncated(LogIndex from);
  // A durable snapshot stands in for the whole log up to `base`.
  void ResetTo(LogIndex base);
  void Complete(PersistId id);

 private:
  struct Pending {
    PersistId id;
    std::optional<HardState> hard_state;
    LogIndex last;  // lowered when entries are truncated while under way
  };

  HardState hard_state_;
  LogIndex index_;
  LogIndex handed_out_;
  uint64_t next_id_ = 1;
  std::deque<Pending> pending_;
};

}  // namespace quorate::raft
