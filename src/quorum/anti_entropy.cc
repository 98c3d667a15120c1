#include "quorum/anti_entropy.h"

#include <algorithm>
#include <utility>

#include "absl/container/flat_hash_map.h"

namespace quorate::quorum {

// What was written since it came to rest does not wait until that is over, though
// nobody is in a hurry for it.
constexpr int64_t kIntervalsToWake = 10;

// A long answer may take its time, or its sender must connect first; another's that
// says the same would come on top.
constexpr int64_t kResendsWhileBehind = 2;

bool AntiEntropy::AtRest() const {
  if (!local_.logged().empty() || !local_.filled()) return false;
  return std::all_of(peers_.others().begin(), peers_.others().end(),
                     [&](NodeId node) { return coverage_.Told(node).seen == local_.seen(); });
}

void AntiEntropy::Rotate(const Now& now) {
  if (now.monotonic - rotated_at_ < local_.config().sync_interval) return;
  rotated_at_ = now.monotonic;
  settled_ = std::exchange(settling_, local_.seen());
}

void AntiEntropy::Tick(const Now& now) {
  Rotate(now);
  for (NodeId node : peers_.others()) {
    Exchange& exchange = exchanges_[node];
    const int64_t patience = exchange.behind ? kResendsWhileBehind : 1;
    const bool lost = exchange.id != 0 && now.monotonic - exchange.asked_at >=
                                              patience * local_.config().resend_interval;
    const bool woken =
        !local_.logged().empty() &&
        now.monotonic - exchange.asked_at >= kIntervalsToWake * local_.config().sync_interval;
    const bool due = exchange.id == 0 && (now.monotonic >= exchange.next_at || woken);
    if (!peers_.alive(node)) continue;
    if (lost && exchange.behind) {
      exchange.id = 0;
      AskThoseBehind(node, now);
    } else if (lost || (due && MayAsk(node))) {
      Ask(node, exchange, now);
    }
  }
}

bool AntiEntropy::MayAsk(NodeId node) const {
  const auto waits_for = [this](const auto& other) {
    return other.second.behind && other.second.id != 0 && peers_.alive(other.first);
  };
  const auto own = exchanges_.find(node);
  if (own == exchanges_.end() || !own->second.behind) return true;
  return std::none_of(exchanges_.begin(), exchanges_.end(), waits_for);
}

// The next one in turn, so that one that answers nothing is not asked for ever.
void AntiEntropy::AskThoseBehind(NodeId after, const Now& now) {
  const auto wanted = [&](NodeId node) {
    const Exchange& exchange = exchanges_[node];
    return peers_.alive(node) && exchange.behind && exchange.id == 0 &&
           now.monotonic >= exchange.next_at;
  };
  const std::vector<NodeId>& others = peers_.others();
  const auto last = std::find(others.begin(), others.end(), after);
  auto next = std::find_if(last == others.end() ? last : last + 1, others.end(), wanted);
  if (next == others.end()) next = std::find_if(others.begin(), others.end(), wanted);
  if (next != others.end() && MayAsk(*next)) Ask(*next, exchanges_[*next], now);
}

void AntiEntropy::Ask(NodeId node, Exchange& exchange, const Now& now) {
  exchange.id = next_id_++;
  exchange.asked_at = now.monotonic;
  local_.Send(node, Boot(), SyncAsk{exchange.id, local_.knowledge(), !local_.filled()});
}

void AntiEntropy::OnPeerBack(NodeId node, const Now& now) {
  if (!peers_.Knows(node)) return;
  Exchange& exchange = exchanges_[node];
  exchange.behind = true;
  exchange.id = 0;
  exchange.next_at = now.monotonic;
  exchange.seen_at_back = local_.seen();
  if (MayAsk(node)) Ask(node, exchange, now);
}

void AntiEntropy::OnMembers(const Now& now) {
  std::erase_if(exchanges_, [this](const auto& one) { return !peers_.Knows(one.first); });
  for (auto& [node, exchange] : exchanges_) {
    exchange.id = 0;
    // Who joined may have been asked before it had what the leaver has.
    exchange.fresh_at.reset();
    exchange.has_all = false;
    exchange.next_at = now.monotonic;
  }
}

bool AntiEntropy::HasAllOf(NodeId node) const {
  const auto exchange = exchanges_.find(node);
  return exchange != exchanges_.end() && exchange->second.has_all;
}

void AntiEntropy::Hurry(const Now& now) {
  for (NodeId node : peers_.others()) {
    Exchange& exchange = exchanges_[node];
    if (peers_.alive(node) && exchange.id == 0 && MayAsk(node)) Ask(node, exchange, now);
  }
}

void AntiEntropy::OnAsk(const Identity& from, const SyncAsk& ask, const Now& now) {
  if (!peers_.Knows(from.node)) return;
  coverage_.OnKnowledge(from, ask.knowledge, now);
  if (!ask.all) exchanges_[from.node].filled = from.boot;
  local_.Send(from.node, from.boot, WhatMisses(from.node, ask),
              local_.config().bugs.tell_before_sync);
  // It has what this one lacks: not long until the next question.
  if (!local_.seen().Covers(ask.knowledge.seen)) {
    Exchange& exchange = exchanges_[from.node];
    exchange.next_at = std::min(exchange.next_at, now.monotonic + local_.config().sync_interval);
  }
}

SeenClock AntiEntropy::SettledFor(NodeId node) const {
  SeenClock settled = settled_;
  const auto exchange = exchanges_.find(node);
  if (exchange != exchanges_.end()) settled.Merge(exchange->second.seen_at_back);
  return settled;
}

// Dots that aren't in the log any more are covered: the asker has them, and only
// its question is old. What is new was sent to it when it was written: under load
// each question would else be answered with all that is on its way.
SyncAnswer AntiEntropy::WhatMisses(NodeId node, const SyncAsk& ask) const {
  SyncAnswer answer;
  answer.id = ask.id;
  answer.knowledge = local_.knowledge();
  SeenClock missing = local_.seen();
  missing.Subtract(ask.knowledge.seen);
  const SeenClock to_send = ask.all ? missing : Intersect(missing, SettledFor(node));
  answer.under_way = to_send.size() < missing.size();
  const std::vector<LoggedDot> logged = local_.Logged(to_send, local_.config().sync_dots_max);
  answer.complete = logged.size() < local_.config().sync_dots_max;
  absl::flat_hash_map<std::string, size_t> places;
  size_t bytes = 0;
  for (const LoggedDot& entry : logged) {
    const auto [place, fresh] = places.try_emplace(entry.key, answer.records.size());
    if (fresh && bytes >= local_.config().sync_bytes_max) {
      answer.complete = false;
      break;
    }
    if (fresh) {
      answer.records.push_back({entry.key, local_.Shared(entry.key), {}});
      SyncRecord& record = answer.records.back();
      const bool forget = ask.all && local_.config().bugs.forget_dead_in_filling;
      if (forget && record.record && record.record->tombstone) record.record.reset();
      bytes += record.key.size() + (record.record ? record.record->body.size() : 0);
    }
    answer.records[place->second].dots.push_back(entry.dot);
  }
  return answer;
}

void AntiEntropy::OnAnswer(const Identity& from, const SyncAnswer& answer, const Now& now) {
  if (!peers_.Knows(from.node)) return;
  bool all_taken = true;
  for (const SyncRecord& record : answer.records) {
    all_taken &= local_.Merge(record.key, record.record, record.dots, answer.knowledge.seen, now);
  }
  coverage_.OnKnowledge(from, answer.knowledge, now);
  Exchange& exchange = exchanges_[from.node];
  if (exchange.id == 0 || answer.id != exchange.id) return;
  exchange.id = 0;
  peers_.NoteLatency(from.node, now.monotonic - exchange.asked_at);
  const bool has_all = local_.seen().Covers(answer.knowledge.seen);
  if (has_all || local_.config().bugs.bound_while_behind) exchange.fresh_at = exchange.asked_at;
  if (has_all && exchange.filled == from.boot) exchange.has_all = true;
  // What the other no longer has in its dot log, it was told from this disk.
  if (answer.complete && all_taken && !has_all && !answer.under_way && local_.filled()) {
    has_forgotten_ = true;
  }
  if (answer.complete && all_taken) exchange.caught_up_at = exchange.asked_at;
  if (!answer.complete && all_taken) return Ask(from.node, exchange, now);
  const Config& config = local_.config();
  exchange.next_at = now.monotonic + (AtRest() ? config.sync_interval_idle : config.sync_interval);
  if (answer.complete) exchange.behind = false;
  AskThoseBehind(from.node, now);
}

bool AntiEntropy::CaughtUpSince(NodeId node, absl::Duration since) const {
  const auto exchange = exchanges_.find(node);
  return exchange != exchanges_.end() && exchange->second.caught_up_at &&
         *exchange->second.caught_up_at >= since;
}

std::optional<absl::Duration> AntiEntropy::Staleness(const Now& now) const {
  absl::Duration oldest = now.monotonic;
  for (NodeId node : peers_.others()) {
    const auto exchange = exchanges_.find(node);
    if (exchange == exchanges_.end() || !exchange->second.fresh_at) return std::nullopt;
    oldest = std::min(oldest, *exchange->second.fresh_at);
  }
  return now.monotonic - oldest;
}

}  // namespace quorate::quorum
