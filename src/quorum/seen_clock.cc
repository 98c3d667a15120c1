#include "quorum/seen_clock.h"

#include <algorithm>

#include "base/strings.h"

namespace quorate::quorum {

void SeenClock::Add(const Dot& dot) { Add(dot.identity, {dot.counter, dot.counter}); }

void SeenClock::Add(const Identity& identity, CounterRange range) {
  if (!Ended(identity)) sets_[identity].Add(range);
}

void SeenClock::Merge(const SeenClock& other) {
  for (const auto& [node, first_live] : other.ended_) End(node, first_live);
  for (const auto& [identity, set] : other.sets_) {
    if (!Ended(identity)) sets_[identity].Merge(set);
  }
}

void SeenClock::Subtract(const SeenClock& other) {
  ended_.clear();
  for (auto at = sets_.begin(); at != sets_.end();) {
    at->second.Subtract(other.Of(at->first));
    at = other.Ended(at->first) || at->second.empty() ? sets_.erase(at) : std::next(at);
  }
}

void SeenClock::Remove(const SeenClock& dots) {
  for (const auto& [identity, set] : dots.sets_) {
    const auto mine = sets_.find(identity);
    if (mine == sets_.end()) continue;
    mine->second.Subtract(set);
    if (mine->second.empty()) sets_.erase(mine);
  }
}

void SeenClock::End(NodeId node, Boot first_live) {
  Boot& known = ended_[node];
  known = std::max(known, first_live);
  sets_.erase(sets_.lower_bound({node, Boot()}), sets_.lower_bound({node, known}));
}

bool SeenClock::Ended(const Identity& identity) const {
  const auto found = ended_.find(identity.node);
  return found != ended_.end() && identity.boot < found->second;
}

const CounterSet& SeenClock::Of(const Identity& identity) const {
  static const CounterSet kNone;
  const auto found = sets_.find(identity);
  return found == sets_.end() ? kNone : found->second;
}

bool SeenClock::Contains(const Dot& dot) const {
  return Ended(dot.identity) || Of(dot.identity).Contains(dot.counter);
}

bool SeenClock::Covers(const SeenClock& other) const {
  for (const auto& [node, first_live] : other.ended_) {
    const auto found = ended_.find(node);
    if (found == ended_.end() || found->second < first_live) return false;
  }
  return std::all_of(other.sets_.begin(), other.sets_.end(), [&](const auto& entry) {
    return Ended(entry.first) || Of(entry.first).Covers(entry.second);
  });
}

uint64_t SeenClock::size() const {
  uint64_t sum = 0;
  for (const auto& [identity, set] : sets_) sum += set.size();
  return sum;
}

SeenClock Intersect(const SeenClock& a, const SeenClock& b) {
  SeenClock both;
  for (const auto& [node, first_live] : a.ended_) {
    const auto found = b.ended_.find(node);
    if (found != b.ended_.end()) both.ended_[node] = std::min(first_live, found->second);
  }
  const auto keep = [&](const Identity& identity, CounterSet set) {
    if (!set.empty() && !both.Ended(identity)) both.sets_[identity] = std::move(set);
  };
  for (const auto& [identity, set] : a.sets_) {
    keep(identity, b.Ended(identity) ? set : Intersect(set, b.Of(identity)));
  }
  for (const auto& [identity, set] : b.sets_) {
    if (a.Ended(identity)) keep(identity, set);
  }
  return both;
}

std::string SeenClock::ToString() const {
  std::string text;
  for (const auto& [node, boot] : ended_) {
    StrAppend(&text, text.empty() ? "" : " ", node.ToString(), "<", boot.ToString());
  }
  for (const auto& [identity, set] : sets_) {
    StrAppend(&text, text.empty() ? "" : " ", identity.ToString());
    char separator = ':';
    for (const CounterRange& range : set.ranges()) {
      StrAppend(&text, std::string(1, separator), range.first);
      if (range.last != range.first) StrAppend(&text, "-", range.last);
      separator = ',';
    }
  }
  return text;
}

}  // namespace quorate::quorum
