#include "replica/logged_dots.h"

#include <algorithm>
#include <iterator>
#include <limits>
#include <utility>

#include "kv/layout.h"
#include "quorum/bytes.h"

namespace quorate {
namespace {

using quorum::CounterRange;
using quorum::CounterSet;
using quorum::Dot;
using quorum::Identity;
using quorum::LoggedDot;

std::string KeyOf(PartitionId partition, const Dot& dot) {
  return kv::DotKey(partition, dot.identity.node, dot.identity.boot, dot.counter);
}

uint64_t NumberIn(const std::optional<std::string>& stored) {
  return stored ? quorum::Reader(*stored).Varint() : 0;
}

// Of coverings that the engine does not have on disk so many are told apart; beyond
// that neighbours count as one, which keeps the log a little longer.
constexpr size_t kGoingMax = 2048;
constexpr uint64_t kCounterMax = std::numeric_limits<uint64_t>::max() - 1;

quorum::SeenClock Only(const Dot& dot) {
  quorum::SeenClock clock;
  clock.Add(dot);
  return clock;
}

}  // namespace

absl::Status LoggedDots::Load(quorum::SeenClock young) {
  const auto moves = engine_.Get(kv::DotMovesKey(partition_));
  if (!moves.ok()) return moves.status();
  moves_ = NumberIn(*moves);
  const auto dots = engine_.Scan(kv::DotsBegin(partition_), kv::DotsEnd(partition_));
  for (; dots->Valid(); dots->Next()) {
    const kv::DotPlace place = kv::DotOf(dots->key());
    old_.Add({{place.node, place.boot}, place.counter});
  }
  lost_ = std::move(young);
  lost_.Remove(old_);
  return dots->status();
}

void LoggedDots::Add(const Dot& dot, std::string_view key, LogIndex index) {
  if (old_.Contains(dot)) return;
  if (!lost_.empty()) lost_.Remove(Only(dot));
  if (young_clock_.Contains(dot)) return;
  std::string keys;
  quorum::AppendSized(key, keys);
  young_[dot.identity].Add({dot.counter, dot.counter}, std::move(keys), index);
  young_clock_.Add(dot);
}

void LoggedDots::AddRow(const Identity& identity, CounterRange range, std::string keys,
                        LogIndex index) {
  CounterSet fresh;
  fresh.Add(range);
  const auto among = [&](const quorum::SeenClock& clock) {
    return !Intersect(clock.Of(identity), fresh).empty();
  };
  if (among(old_) || among(young_clock_) || !lost_.empty()) {
    quorum::Reader reader(keys);
    for (uint64_t counter = range.first; counter <= range.last; ++counter) {
      Add({identity, counter}, reader.Sized(), index);
    }
    return;
  }
  young_[identity].Add(range, std::move(keys), index);
  young_clock_.Add(identity, range);
}

void LoggedDots::AddOld(const Dot& dot, const std::string& key, EngineBatch& batch) {
  batch.PutKey(KeyOf(partition_, dot), key);
  old_.Add(dot);
  young_clock_.Remove(Only(dot));
  lost_.Remove(Only(dot));
}

void LoggedDots::Drop(const quorum::SeenClock& dots, LogIndex index, EngineBatch& batch) {
  LogIndex lowest = index;
  young_clock_.Subtract(dots);
  lost_.Subtract(dots);
  for (auto at = young_.begin(); at != young_.end();) {
    auto& [identity, young] = *at;
    if (dots.Ended(identity)) lowest = young.Erase({1, kCounterMax}, lowest);
    for (const CounterRange& range : dots.Of(identity).ranges()) {
      lowest = young.Erase(range, lowest);
    }
    at = young.empty() ? young_.erase(at) : std::next(at);
  }
  if (lowest < index) going_.push_back({index, lowest});
  if (going_.size() >= kGoingMax) {
    std::deque<Going> halved;
    for (size_t i = 0; i + 1 < going_.size(); i += 2) {
      halved.push_back({going_[i + 1].index, std::min(going_[i].lowest, going_[i + 1].lowest)});
    }
    if (going_.size() % 2 != 0) halved.push_back(going_.back());
    going_ = std::move(halved);
  }
  const quorum::SeenClock gone = Intersect(old_, dots);
  for (const auto& [identity, set] : gone.sets()) {
    for (const CounterRange& range : set.ranges()) {
      batch.DeleteKeys(KeyOf(partition_, {identity, range.first}),
                       KeyOf(partition_, {identity, range.last + 1}));
    }
  }
  old_.Subtract(gone);
}

absl::Status LoggedDots::Find(const Identity& identity, CounterRange range, size_t limit,
                              std::vector<LoggedDot>& out) const {
  std::vector<LoggedDot> old;
  CounterSet wanted;
  wanted.Add(range);
  if (!Intersect(old_.Of(identity), wanted).empty()) {
    const auto found = engine_.Scan(KeyOf(partition_, {identity, range.first}),
                                    KeyOf(partition_, {identity, range.last + 1}));
    for (; old.size() < limit && found->Valid(); found->Next()) {
      const Dot dot{identity, kv::DotOf(found->key()).counter};
      // What is dropped may still be in there.
      if (old_.Contains(dot)) old.push_back({dot, std::string(found->value())});
    }
    if (!found->status().ok()) return found->status();
  }
  std::vector<LoggedDot> young;
  if (const auto dots = young_.find(identity); dots != young_.end()) {
    dots->second.ForEach(range, [&](uint64_t counter, std::string_view key) {
      if (young.size() >= limit) return false;
      young.push_back({{identity, counter}, std::string(key)});
      return true;
    });
  }
  std::vector<LoggedDot> all;
  std::merge(std::make_move_iterator(old.begin()), std::make_move_iterator(old.end()),
             std::make_move_iterator(young.begin()), std::make_move_iterator(young.end()),
             std::back_inserter(all),
             [](const LoggedDot& a, const LoggedDot& b) { return a.dot < b.dot; });
  if (all.size() > limit) all.resize(limit);
  std::move(all.begin(), all.end(), std::back_inserter(out));
  return absl::OkStatus();
}

quorum::SeenClock LoggedDots::All() const {
  quorum::SeenClock all = old_;
  for (const auto& [identity, dots] : young_) {
    for (const CounterRange& range : dots.ranges()) all.Add(identity, range);
  }
  return all;
}

absl::Status LoggedDots::Age(LogIndex applied) {
  return MoveUpTo(std::exchange(aged_to_, applied));
}

LogIndex LoggedDots::LowestIndex(LogIndex none) const {
  LogIndex lowest = none;
  for (const auto& [identity, dots] : young_) lowest = dots.LowestIndex(lowest);
  return lowest;
}

absl::Status LoggedDots::MoveUpTo(LogIndex to) {
  const LogIndex lowest = LowestIndex(to.next());
  if (lowest > to) return absl::OkStatus();
  EngineBatch batch;
  for (auto& [identity, dots] : young_) {
    for (const CounterRange& range : dots.RangesUpTo(to)) {
      dots.ForEach(range, [&, of = identity](uint64_t counter, std::string_view key) {
        AddOld({of, counter}, std::string(key), batch);
        return true;
      });
      (void)dots.Erase(range, to);
    }
  }
  std::string number;
  AppendVarint(++moves_, number);
  batch.PutKey(kv::DotMovesKey(partition_), number);
  moving_.push_back({moves_, lowest});
  return engine_.Write(batch);
}

absl::StatusOr<LogIndex> LoggedDots::Releasable(LogIndex durable) {
  LogIndex releasable = durable;
  const auto keep = [&](LogIndex index) { releasable = std::min(releasable, index.prev()); };
  keep(LowestIndex(durable.next()));
  while (!going_.empty() && going_.front().index <= durable) going_.pop_front();
  for (const Going& going : going_) keep(going.lowest);
  if (moving_.empty()) return releasable;
  const auto moves = engine_.GetDurable(kv::DotMovesKey(partition_));
  if (!moves.ok()) return moves.status();
  while (!moving_.empty() && moving_.front().number <= NumberIn(*moves)) moving_.pop_front();
  for (const Move& move : moving_) keep(move.lowest);
  return releasable;
}

}  // namespace quorate
