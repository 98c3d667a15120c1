#include "replica/former_copy.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "base/limits.h"
#include "quorum/message_batch.h"

namespace quorate {
namespace {

constexpr size_t kPageItemsMax = 256;
constexpr size_t kPageBytesMax = 256 << 10;
// Who has not answered by then is not counted; and without an answer of who takes it, it begins
// anew.
constexpr absl::Duration kPatience = absl::Seconds(2);

// A journal keeps no more in the end, so of each identity only the newest are of use.
quorum::SeenClock NewestOf(const quorum::SeenClock& dots) {
  quorum::SeenClock newest;
  for (const auto& [identity, set] : dots.sets()) {
    uint64_t left = limits::kConflictsKeptMax;
    const auto& ranges = set.ranges();
    for (auto range = ranges.rbegin(); range != ranges.rend() && left > 0; ++range) {
      const uint64_t taken = std::min(left, range->last - range->first + 1);
      newest.Add(identity, {range->last - taken + 1, range->last});
      left -= taken;
    }
  }
  return newest;
}

}  // namespace

absl::Status FormerCopy::Tick(const std::vector<NodeId>& replicas, absl::Duration now,
                              std::vector<PeerMessage>& out) {
  if (!std::exchange(looked_, true)) {
    const auto kept = replica_->store().journal().List("", 1);
    if (!kept.ok()) return kept.status();
    done_ = replica_->core().logged().empty() && kept->empty();
  }
  if (done_) return absl::OkStatus();
  if (taker_ || !asked_.empty()) {
    const bool late = now - asked_at_ >= kPatience;
    const bool there = std::all_of(asked_.begin(), asked_.end(), [&](NodeId node) {
      return std::count(replicas.begin(), replicas.end(), node) > 0;
    });
    if (!late && there) return absl::OkStatus();
    // Who does not answer may have no copy yet, as its node waits for the end of one like this.
    if (late && !taker_ && !heard_.empty()) return HeardAll(now, out);
  }
  asked_ = replicas;
  AskAll(now, out);
  return absl::OkStatus();
}

void FormerCopy::AskAll(absl::Duration now, std::vector<PeerMessage>& out) {
  heard_.clear();
  taker_ = NodeId();
  asked_at_ = now;
  ++id_;
  for (NodeId node : asked_) Send(node, {id_, {}, {}, {}}, out);
}

void FormerCopy::Send(NodeId to, const quorum::LegacyAsk& ask,
                      std::vector<PeerMessage>& out) const {
  const quorum::Message message{replica_->core().self(), to, Boot(), ask};
  const quorum::Message* one = &message;
  out.push_back({to, replica_->partition(), quorum::EncodeBatch({&one, 1})});
}

absl::Status FormerCopy::Receive(NodeId from, std::string_view payload, absl::Duration now,
                                 std::vector<PeerMessage>& out) {
  const quorum::Identity& self = replica_->core().self();
  const auto messages = quorum::DecodeBatch(from, self.node, payload);
  if (!messages.ok()) return absl::OkStatus();
  for (const quorum::Message& message : *messages) {
    const auto* answer = std::get_if<quorum::LegacyAnswer>(&message.body);
    const bool ours = answer != nullptr && message.to_boot == self.boot && answer->id == id_;
    if (!ours || done_) continue;
    if (!taker_) {
      heard_.insert_or_assign(from, answer->seen);
      if (heard_.size() < asked_.size()) continue;
      if (absl::Status found = HeardAll(now, out); !found.ok()) return found;
    } else if (from == taker_) {
      key_ = next_key_;
      discard_ = next_discard_;
      SendPage(now, out);
    }
  }
  return replica_->store().status();
}

absl::Status FormerCopy::HeardAll(absl::Duration now, std::vector<PeerMessage>& out) {
  if (absl::Status found = FindLost(); !found.ok()) return found;
  // Another each time, as one may have no room.
  taker_ = std::next(heard_.begin(), static_cast<std::ptrdiff_t>(rounds_++ % heard_.size()))->first;
  asked_ = {taker_};
  SendPage(now, out);
  return absl::OkStatus();
}

absl::Status FormerCopy::FindLost() {
  known_ = {};
  quorum::SeenClock lost = replica_->core().logged();
  for (const auto& [node, seen] : heard_) {
    known_.Merge(seen);
    lost.Subtract(seen);
  }
  std::vector<quorum::LoggedDot> dots;
  const quorum::SeenClock newest = NewestOf(lost);
  for (const auto& [identity, set] : newest.sets()) {
    for (const quorum::CounterRange& range : set.ranges()) {
      replica_->store().DotLog(identity, range, ~size_t{0}, dots);
    }
  }
  keys_.clear();
  std::set<std::string> once;
  for (quorum::LoggedDot& dot : dots) {
    if (once.insert(dot.key).second) keys_.push_back(std::move(dot.key));
  }
  auto journal = replica_->store().journal().List("", limits::kConflictsKeptMax);
  if (!journal.ok()) return journal.status();
  discards_.clear();
  for (auto entry = journal->rbegin(); entry != journal->rend(); ++entry) {
    discards_.push_back(std::move(entry->discard));
  }
  key_ = discard_ = 0;
  return replica_->store().status();
}

void FormerCopy::SendPage(absl::Duration now, std::vector<PeerMessage>& out) {
  quorum::LegacyAsk ask;
  ask.id = ++id_;
  ask.known = known_;
  size_t bytes = 0;
  size_t items = 0;
  const auto room = [&] { return items < kPageItemsMax && bytes < kPageBytesMax; };
  for (next_key_ = key_; next_key_ < keys_.size() && room(); ++next_key_, ++items) {
    std::optional<quorum::Record> record = replica_->store().Lookup(keys_[next_key_]);
    // What a register has promised is nobody's concern any more.
    if (!record || !record->dot) continue;
    bytes += keys_[next_key_].size() + record->body.size();
    ask.records.push_back({keys_[next_key_], std::move(record), {}});
  }
  for (next_discard_ = discard_; next_discard_ < discards_.size() && room();
       ++next_discard_, ++items) {
    bytes += discards_[next_discard_].key.size() + discards_[next_discard_].loser.body.size();
    ask.discards.push_back(discards_[next_discard_]);
  }
  if (items == 0) {
    done_ = true;
    return;
  }
  asked_at_ = now;
  Send(taker_, ask, out);
}

}  // namespace quorate
