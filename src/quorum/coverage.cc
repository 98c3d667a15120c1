#include "quorum/coverage.h"

#include <algorithm>
#include <set>

namespace quorate::quorum {

void Coverage::OnKnowledge(const Identity& from, const Knowledge& told, const Now& now) {
  if (!peers_.Knows(from.node)) return;
  Peer& peer = told_[from.node];
  if (from.boot > peer.who.boot) {
    // Another life, which may know less: a wiped disk.
    peer = Peer();
    peer.who = from;
    peer.level_at = peer.mark_at = now.monotonic;
  }
  heard_ = true;
  peer.told.Merge(told);
  local_.NoteSeenBy(from, told.seen);
  if (!peer.waiting) peer.waiting = told.seen;
  for (const auto& [node, boot] : told.heard) (void)local_.Hear({node, boot});
  // Who ends a boot has compared its own clock with all others', ours included.
  for (const auto& [node, first_live] : told.seen.ended()) {
    if (!local_.EndAsTold(node, told)) lacks_ended_ = true;
  }
  peer.level = peer.told.seen.Covers(local_.seen());
  if (!peer.level && !peer.told.seen.Covers(peer.mark)) return;
  if (!peer.level) peer.level_at = peer.mark_at;
  peer.mark = local_.seen();
  peer.mark_at = now.monotonic;
}

// Since it told that, one that had not entered the epoch yet may have taken what only a
// replica had that has left by now: a boot that ends would lack it here.
void Coverage::OnMembers() {
  told_.clear();
  heard_ = true;
}

void Coverage::Promote(Peer& peer) {
  if (!peer.waiting) return;
  if (!local_.seen().Covers(*peer.waiting) && !local_.config().bugs.trust_heard_clock) return;
  peer.merged.Merge(*peer.waiting);
  // The newest in its place, if that says more.
  peer.waiting.reset();
  if (!peer.merged.Covers(peer.told.seen)) peer.waiting = peer.told.seen;
}

SeenClock Coverage::Covered() const {
  SeenClock covered = local_.seen();
  for (NodeId node : peers_.others()) {
    const bool passed_over =
        local_.config().bugs.cover_without_joiner && node == local_.members().joining.node;
    if (passed_over) continue;
    const auto peer = told_.find(node);
    if (peer == told_.end() || !Lives(peer->second)) return {};
    covered = Intersect(covered, peer->second.merged);
  }
  return covered;
}

void Coverage::Advance(const Now& now) {
  if (!heard_ && changes_seen_ == local_.changes()) return;
  heard_ = false;
  changes_seen_ = local_.changes();
  for (auto& [node, peer] : told_) {
    if (peer.level && !peer.told.seen.Covers(local_.seen())) {
      peer.level = false;
      peer.level_at = now.monotonic;
    }
    // Once more for the clock that took its place.
    Promote(peer);
    Promote(peer);
  }
  EndBoots();
  TrimCovered(Covered(), now);
}

void Coverage::TrimCovered(const SeenClock& covered, const Now& now) {
  const bool early = local_.config().bugs.drop_tombstones_early;
  SeenClock dots;
  SeenClock looked_at = early ? local_.logged() : Intersect(covered, local_.logged());
  if (!early) {
    dots = Intersect(looked_at, local_.plain());
    looked_at.Subtract(dots);
  }
  std::set<std::string> keys;
  for (LoggedDot& logged : local_.Logged(looked_at, local_.config().trim_dots_max)) {
    if (covered.Contains(logged.dot)) dots.Add(logged.dot);
    keys.insert(std::move(logged.key));
  }
  std::vector<std::string> gone;
  for (const std::string& key : keys) {
    if (LetGo(key, covered, now)) gone.push_back(key);
  }
  if (!dots.empty() || !gone.empty()) local_.Trim(std::move(dots), std::move(gone));
}

// True: the record may go. What stays may become shorter.
bool Coverage::LetGo(const std::string& key, const SeenClock& covered, const Now& now) {
  const std::optional<Record> record = local_.Lookup(key);
  if (!record) return false;
  if (!record->dot) return local_.IsIdlePromise(*record, now);
  if (record->Dead(now.calendar_us) && local_.policy().Outlived(*record, covered)) return true;
  if (std::optional<Record> shorter = local_.policy().Forget(key, *record, covered)) {
    local_.Shorten(key, *std::move(shorter));
  }
  return local_.config().bugs.drop_tombstones_early && record->Dead(now.calendar_us);
}

// What is deleted goes with its dot's entry; what expires outlives it.
void Coverage::Sweep(const Now& now) {
  if (now.monotonic < next_sweep_at_) return;
  next_sweep_at_ = now.monotonic + local_.config().sweep_interval;
  const std::vector<std::string> keys = local_.KeysAfter(swept_, local_.config().sweep_keys);
  swept_ = keys.size() < local_.config().sweep_keys ? "" : keys.back();
  const SeenClock covered = Covered();
  std::vector<std::string> gone;
  for (const std::string& key : keys) {
    if (LetGo(key, covered, now)) gone.push_back(key);
  }
  if (!gone.empty()) local_.Trim({}, std::move(gone));
}

// A boot has ended for good when every replica refuses its messages and all have
// seen the very same dots of it: no other dot can come from anywhere. From a life
// before those that told this neither, where a lost disk may have had more.
void Coverage::EndBoots() {
  if (!AllRefuseEarlierLives() && !local_.config().bugs.end_boots_early) return;
  const std::map<NodeId, Boot> heard = local_.knowledge().heard;
  for (const auto& [node, boot] : heard) EndBootsOf(node);
}

void Coverage::EndBootsOf(NodeId node) {
  Boot first_live = local_.knowledge().HeardOf(node);
  for (NodeId other : peers_.others()) first_live = std::min(first_live, Told(other).HeardOf(node));
  if (first_live <= Boot(1) || local_.seen().Ended({node, first_live.prev()})) return;
  const auto all_same = [&](const SeenClock& seen) {
    const auto end = seen.sets().lower_bound({node, first_live});
    return std::all_of(seen.sets().lower_bound({node, Boot()}), end,
                       [&](const auto& set) { return AllHaveTheSame(set.first); });
  };
  bool same = all_same(local_.seen());
  for (NodeId other : peers_.others()) {
    same = same && all_same(Told(other).seen) && HasAsMany(Told(other), node, first_live);
  }
  if (same) local_.End(node, first_live);
}

// Whoever has ended some of them names their dots no more.
bool Coverage::HasAsMany(const Knowledge& told, NodeId node, Boot first_live) const {
  if (!told.seen.ended().contains(node)) return true;
  const std::optional<uint64_t> here = local_.knowledge().DotsBefore(node, first_live);
  const std::optional<uint64_t> there = told.DotsBefore(node, first_live);
  return !here || !there || *here == *there || local_.config().bugs.trust_told_ends;
}

bool Coverage::AllRefuseEarlierLives() const {
  const auto refuses = [this](const Knowledge& one) {
    return one.HeardOf(local_.self().node) >= local_.self().boot &&
           std::all_of(told_.begin(), told_.end(), [&](const auto& peer) {
             return one.HeardOf(peer.first) >= peer.second.who.boot;
           });
  };
  return refuses(local_.knowledge()) &&
         std::all_of(peers_.others().begin(), peers_.others().end(),
                     [&](NodeId node) { return refuses(Told(node)); });
}

bool Coverage::AllHaveTheSame(const Identity& identity) const {
  const CounterSet& mine = local_.seen().Of(identity);
  return std::all_of(peers_.others().begin(), peers_.others().end(), [&](NodeId other) {
    const SeenClock& theirs = Told(other).seen;
    return theirs.Ended(identity) || theirs.Of(identity) == mine;
  });
}

const Knowledge& Coverage::Told(NodeId node) const {
  static const Knowledge kNone;
  const auto peer = told_.find(node);
  return peer == told_.end() || !Lives(peer->second) ? kNone : peer->second.told;
}

bool Coverage::Lives(const Peer& peer) const {
  return peer.who.boot >= local_.knowledge().HeardOf(peer.who.node) ||
         local_.config().bugs.trust_ended_lives;
}

Lag Coverage::LagOf(NodeId node, const Now& now) const {
  SeenClock missing = local_.seen();
  missing.Subtract(Told(node).seen);
  Lag lag;
  lag.writes = missing.size();
  const auto peer = told_.find(node);
  lag.heard_of = peer != told_.end();
  if (lag.heard_of && lag.writes > 0) lag.time = now.monotonic - peer->second.level_at;
  return lag;
}

}  // namespace quorate::quorum
