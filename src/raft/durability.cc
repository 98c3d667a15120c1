#include "raft/durability.h"

#include <algorithm>

namespace quorate::raft {

PersistId Durability::HandOut(const std::optional<HardState>& hard_state, LogIndex last) {
  const PersistId id{next_id_++};
  pending_.push_back({id, hard_state, last});
  handed_out_ = last;
  return id;
}

void Durability::Truncated(LogIndex from) {
  const LogIndex end = from.prev();
  index_ = std::min(index_, end);
  handed_out_ = std::min(handed_out_, end);
  for (Pending& pending : pending_) pending.last = std::min(pending.last, end);
}

void Durability::ResetTo(LogIndex base) {
  index_ = base;
  handed_out_ = base;
  for (Pending& pending : pending_) pending.last = std::min(pending.last, base);
}

void Durability::Complete(PersistId id) {
  while (!pending_.empty() && pending_.front().id <= id) {
    index_ = std::max(index_, pending_.front().last);
    if (pending_.front().hard_state) hard_state_ = *pending_.front().hard_state;
    pending_.pop_front();
  }
}

}  // namespace quorate::raft
