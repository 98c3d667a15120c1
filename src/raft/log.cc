#include "raft/log.h"

#include <algorithm>
#include <utility>

#include "base/check.h"

namespace quorate::raft {

Log::Log(LogIndex base_index, Term base_term, std::vector<LogEntry> entries, LogIndex commit)
    : base_index_(base_index), base_term_(base_term), commit_(base_index) {
  for (LogEntry& entry : entries) Append(std::move(entry));
  CommitTo(commit);
}

Term Log::TermAt(LogIndex index) const {
  if (index == base_index_) return base_term_;
  if (index < base_index_ || index > last_index()) return Term();
  return At(index).term;
}

const LogEntry* Log::EntryAt(LogIndex index) const {
  return index > base_index_ && index <= last_index() ? &At(index) : nullptr;
}

bool Log::Holds(LogIndex index, Term term) const {
  return index >= base_index_ && index <= last_index() && TermAt(index) == term;
}

bool Log::IsUpToDate(LogIndex last, Term term) const {
  return term > last_term() || (term == last_term() && last >= last_index());
}

std::vector<LogEntry> Log::Slice(LogIndex from, LogIndex to, uint64_t bytes_max) const {
  std::vector<LogEntry> slice;
  to = std::min(to, last_index());
  if (from > to) return slice;
  QUORATE_CHECK(from > base_index_, "entries wanted that the log has forgotten");
  uint64_t bytes = 0;
  LogIndex end = from;  // one past the last that fits
  while (end <= to) {
    bytes += EntryBytes(At(end));
    if (bytes > bytes_max && end != from) break;
    end = end.next();
  }
  const auto first = entries_.begin() + static_cast<std::ptrdiff_t>(from - base_index_ - 1);
  slice.assign(first, first + static_cast<std::ptrdiff_t>(end - from));
  return slice;
}

size_t Log::CountHeld(const std::vector<LogEntry>& entries) const {
  size_t held = 0;
  while (held < entries.size() && Holds(entries[held].index, entries[held].term)) ++held;
  return held;
}

LogIndex Log::LastNotAbove(LogIndex index, Term term) const {
  index = std::min(index, last_index());
  while (index > base_index_ && At(index).term > term) index = index.prev();
  return index;
}

void Log::Append(LogEntry entry) {
  QUORATE_CHECK(entry.index == last_index().next(), "a gap in the log");
  const uint64_t bytes = EntryBytes(entry);
  bytes_ += bytes;
  uncommitted_bytes_ += bytes;
  entries_.push_back(std::move(entry));
}

void Log::TruncateFrom(LogIndex from) {
  QUORATE_CHECK(from > commit_, "a committed entry would be removed");
  while (last_index() >= from) {
    const uint64_t bytes = EntryBytes(entries_.back());
    bytes_ -= bytes;
    uncommitted_bytes_ -= bytes;
    entries_.pop_back();
  }
}

void Log::CommitTo(LogIndex index) {
  QUORATE_CHECK(index <= last_index(), "committed beyond the end of the log");
  while (commit_ < index) {
    commit_ = commit_.next();
    uncommitted_bytes_ -= EntryBytes(At(commit_));
  }
}

void Log::Compact(LogIndex index) {
  if (index <= base_index_) return;
  QUORATE_CHECK(index <= commit_, "an uncommitted entry would be forgotten");
  base_term_ = TermAt(index);
  while (base_index_ < index) {
    bytes_ -= EntryBytes(entries_.front());
    entries_.pop_front();
    base_index_ = base_index_.next();
  }
}

void Log::ResetTo(LogIndex base_index, Term base_term) {
  QUORATE_CHECK(base_index >= commit_, "a snapshot older than what is committed");
  entries_.clear();
  bytes_ = 0;
  uncommitted_bytes_ = 0;
  base_index_ = base_index;
  base_term_ = base_term;
  commit_ = base_index;
}

}  // namespace quorate::raft
