#include "sim/network.h"

#include <algorithm>
#include <utility>

namespace quorate::sim {

Network::Network(EventQueue& queue, Trace& trace, Random random, NetworkProfile profile, Ends ends)
    : queue_(queue), trace_(trace), random_(random), profile_(profile), ends_(std::move(ends)) {}

void Network::Send(NodeId from, NodeId to, std::string bytes) {
  Frame frame{from, to, ends_.life_of(to), std::move(bytes)};
  trace_.AddFrame(TraceKind::kSend, from, to, frame.bytes);
  if (frame.life == 0 || LosesByChance(frame)) {
    trace_.AddFrame(TraceKind::kLost, from, to, frame.bytes);
    return;
  }
  if (random_.Chance(profile_.duplication)) Launch(frame);
  Launch(std::move(frame));
}

bool Network::LosesByChance(const Frame& frame) {
  if (IsCut(frame.from, frame.to)) return true;
  if (Find(frame.from, frame.to, LinkFault::kLossy) != nullptr && random_.Chance(0.33)) return true;
  return random_.Chance(profile_.loss);
}

absl::Duration Network::DelayOf(const Frame& frame) {
  absl::Duration delay = profile_.delay_min + profile_.delay_spread * (random_.Below(1000) / 1e3);
  if (random_.Chance(profile_.tail_chance)) {
    delay += profile_.tail_max * (random_.Below(1000) / 1e3);
  }
  if (const LinkRule* slow = Find(frame.from, frame.to, LinkFault::kSlow)) delay *= slow->factor;
  return delay;
}

void Network::Launch(Frame frame) {
  absl::Duration arrival = queue_.now() + DelayOf(frame);
  if (const LinkRule* late = Find(frame.from, frame.to, LinkFault::kLate)) {
    arrival += absl::Milliseconds(1) * late->factor;
    queue_.At(arrival, [this, frame = std::move(frame)]() mutable { Arrive(std::move(frame)); });
    return;
  }
  absl::Duration& last = last_arrival_[{frame.from, frame.to}];
  if (!random_.Chance(profile_.reordering)) {
    arrival = std::max(arrival, last);
    last = arrival;
  }
  queue_.At(arrival, [this, frame = std::move(frame)]() mutable { Arrive(std::move(frame)); });
}

void Network::Arrive(Frame frame) {
  if (Find(frame.from, frame.to, LinkFault::kStall) != nullptr) {
    stalled_.push_back(std::move(frame));
    return;
  }
  if (ends_.life_of(frame.to) != frame.life || IsCut(frame.from, frame.to)) {
    trace_.AddFrame(TraceKind::kLost, frame.from, frame.to, frame.bytes);
    return;
  }
  trace_.AddFrame(TraceKind::kDeliver, frame.from, frame.to, frame.bytes);
  ends_.deliver(frame.to, frame.from, std::move(frame.bytes));
}

Network::RuleSet Network::Break(std::vector<LinkRule> rules) {
  rules_.emplace(next_rule_set_, std::move(rules));
  return next_rule_set_++;
}

void Network::Mend(RuleSet set) {
  rules_.erase(set);
  ReleaseStalled();
}

void Network::MendAll() {
  rules_.clear();
  ReleaseStalled();
}

void Network::CalmDown() {
  profile_.loss = 0;
  profile_.duplication = 0;
  profile_.reordering = 0;
}

void Network::ReleaseStalled() {
  std::vector<Frame> held = std::move(stalled_);
  stalled_.clear();
  for (Frame& frame : held) {
    if (Find(frame.from, frame.to, LinkFault::kStall) != nullptr) {
      stalled_.push_back(std::move(frame));
    } else {
      Launch(std::move(frame));
    }
  }
}

const LinkRule* Network::Find(NodeId from, NodeId to, LinkFault fault) const {
  for (const auto& [set, rules] : rules_) {
    for (const LinkRule& rule : rules) {
      if (rule.from == from && rule.to == to && rule.fault == fault) return &rule;
    }
  }
  return nullptr;
}

}  // namespace quorate::sim
