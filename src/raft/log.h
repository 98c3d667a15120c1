// The entries a replica keeps in memory, from just after `base` to the end,
// and how far they are committed. Knows nothing of roles or of the disk.
#pragma once

#include <cstdint>
#include <deque>
#include <vector>

#include "base/ids.h"
#include "base/log_entry.h"

namespace quorate::raft {

// What an entry costs in memory.
inline uint64_t EntryBytes(const LogEntry& entry) { return sizeof(LogEntry) + entry.data.size(); }

class Log {
 public:
  // `entries` are consecutive from base_index + 1; everything up to `commit`
  // is committed.
  Log(LogIndex base_index, Term base_term, std::vector<LogEntry> entries, LogIndex commit);

  LogIndex base_index() const { return base_index_; }
  LogIndex first_index() const { return base_index_.next(); }
  LogIndex last_index() const { return base_index_ + entries_.size(); }
  Term last_term() const { return entries_.empty() ? base_term_ : entries_.back().term; }
  LogIndex commit_index() const { return commit_; }
  uint64_t bytes() const { return bytes_; }
  uint64_t uncommitted_bytes() const { return uncommitted_bytes_; }

  // Zero where it is not known.
  Term TermAt(LogIndex index) const;
  // Null where it is not kept.
  const LogEntry* EntryAt(LogIndex index) const;
  // True if the entry at `index` is known and of `term` (the base counts).
  bool Holds(LogIndex index, Term term) const;
  // Paper, 5.4.1: a log ending so is at least as up-to-date as this one.
  bool IsUpToDate(LogIndex last_index, Term last_term) const;
  // Entries from `from` up to `to`, of at most `bytes_max`, but at least one
  // where there is one.
  std::vector<LogEntry> Slice(LogIndex from, LogIndex to, uint64_t bytes_max) const;
  // Of `entries`, how many at the front are here already (same term). Their
  // predecessor must be here.
  size_t CountHeld(const std::vector<LogEntry>& entries) const;
  // The largest index <= `index` whose term is <= `term`, or the base: where
  // two logs may agree at best, for backing off by terms instead of entries.
  LogIndex LastNotAbove(LogIndex index, Term term) const;

  // entry.index must be last_index() + 1.
  void Append(LogEntry entry);
  // Removes `from` and all after it; never anything committed.
  void TruncateFrom(LogIndex from);
  // Never beyond the end; going back has no effect.
  void CommitTo(LogIndex index);
  // Forgets up to `index`, which must be committed.
  void Compact(LogIndex index);
  // Drops everything: the log now begins after a snapshot's position.
  void ResetTo(LogIndex base_index, Term base_term);

 private:
  const LogEntry& At(LogIndex index) const { return entries_[index - base_index_ - 1]; }

  LogIndex base_index_;
  Term base_term_;
  std::deque<LogEntry> entries_;
  LogIndex commit_;
  uint64_t bytes_ = 0;
  uint64_t uncommitted_bytes_ = 0;
};

}  // namespace quorate::raft
