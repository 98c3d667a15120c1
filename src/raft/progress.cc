#include "raft/progress.h"

#include <algorithm>
#include <utility>

namespace quorate::raft {

void InFlight::Add(LogIndex last, uint64_t bytes) {
  appends_.push_back({last, bytes});
  bytes_ += bytes;
}

void InFlight::FreeTo(LogIndex index) {
  while (!appends_.empty() && appends_.front().last <= index) FreeOldest();
}

void InFlight::FreeOldest() {
  if (appends_.empty()) return;
  bytes_ -= appends_.front().bytes;
  appends_.pop_front();
}

void InFlight::Clear() {
  appends_.clear();
  bytes_ = 0;
}

bool Progress::CanAppend() const {
  switch (state) {
    case ProgressState::kProbe:
      return !probe_sent;
    case ProgressState::kReplicate:
      return !in_flight.full();
    case ProgressState::kSnapshot:
      return false;
  }
  return false;
}

void Progress::BecomeProbe() {
  state = ProgressState::kProbe;
  next = match.next();
  probe_sent = false;
  nudge = false;
  in_flight.Clear();
  snapshot = SnapshotTransfer();
}

void Progress::BecomeReplicate() {
  BecomeProbe();
  state = ProgressState::kReplicate;
}

void Progress::BecomeSnapshot() {
  BecomeProbe();
  state = ProgressState::kSnapshot;
}

void Progress::Sent(LogIndex last, uint64_t bytes) {
  nudge = false;
  if (state == ProgressState::kProbe) {
    probe_sent = true;
    return;
  }
  if (last < next) return;  // it had no entries
  next = last.next();
  in_flight.Add(last, bytes);
}

bool Progress::Matched(LogIndex index) {
  in_flight.FreeTo(index);
  if (index <= match) return false;
  match = index;
  next = std::max(next, index.next());
  return true;
}

Progress* ProgressTable::Find(NodeId node) {
  return const_cast<Progress*>(std::as_const(*this).Find(node));
}

const Progress* ProgressTable::Find(NodeId node) const {
  const auto at = std::lower_bound(peers_.begin(), peers_.end(), node,
                                   [](const Progress& p, NodeId n) { return p.node < n; });
  return at != peers_.end() && at->node == node ? &*at : nullptr;
}

void ProgressTable::Follow(const std::vector<NodeId>& members, LogIndex last,
                           const Config& config) {
  std::vector<Progress> peers;
  peers.reserve(members.size());
  for (NodeId member : members) {
    if (member == config.self) continue;
    Progress* known = Find(member);
    peers.push_back(known ? std::move(*known) : Progress(member, last.next(), config));
  }
  peers_ = std::move(peers);
}

}  // namespace quorate::raft
