// How a random schedule loses disks: a minority at a time, in the company of writes that
// were forgotten, of messages that come late, and of links that only some replicas have.
#include <algorithm>

#include "base/strings.h"
#include "schedule.h"

namespace quorate::quorum {

void Schedule::Wipe(uint64_t node) {
  Trace("and loses its disk");
  cluster_->Wipe(node);
  ++wiped_;
}

// A minority of the disks at a time: what a quorum has acknowledged survives that.
bool Schedule::MayBeWiped(uint64_t node) const {
  uint64_t lost = 1;
  for (uint64_t other = 1; other <= cluster_->replicas(); ++other) {
    if (other != node && !cluster_->disk(other).filled) ++lost;
  }
  return lost <= std::max<uint64_t>(1, (cluster_->replicas() - 1) / 2);
}

void Schedule::StepClosely(uint32_t steps) {
  for (; steps > 0; --steps) {
    if (random_.Chance(0.02) && !late_.empty()) {
      cluster_->Deliver(
          late_[late_.size() - 1 - random_.Below(std::min<size_t>(late_.size(), 20))]);
    }
    if (random_.Chance(0.05) && AnyLiving() != 0) StepClient();
    StepCalm();
    Listen();
  }
}

// Some links hold, and nobody notices which.
void Schedule::CutSomeLinks() {
  const uint64_t replicas = cluster_->replicas();
  const double holds = random_.Chance(0.5) ? 0.35 : 0.7;
  cluster_->Heal();
  for (uint64_t a = 1; a <= replicas; ++a) {
    for (uint64_t b = a + 1; b <= replicas; ++b) {
      if (random_.Chance(holds)) continue;
      Trace(StrCat("n", a, " and n", b, " lose each other"));
      cluster_->Cut(a, b);
      cluster_->Cut(b, a);
    }
  }
}

// A coordinator's write reaches one other replica and is forgotten in a crash. What
// that one says of it from then on may come at any time.
void Schedule::WriteAndForget(uint64_t node, uint64_t other) {
  cluster_->Heal();
  cluster_->in_flight().clear();
  StartWrite(node, 0);
  const auto sent = cluster_->Take([](const Message&) { return true; });
  Trace(StrCat("n", node, " crashes, and all that is left is what n", other, " heard"));
  Crash(node, 0);
  for (const Message& message : sent) {
    if (message.to == NodeId(other)) cluster_->Deliver(message);
  }
  if (random_.Chance(0.5)) StartWrite(other, 0);
  for (int i = 0; i < 40; ++i) {
    StepCalm();
    for (const Message& message : cluster_->in_flight()) {
      if (message.from.node == NodeId(other)) late_.push_back(message);
    }
  }
  const auto of_other = [&](const Message&) { return random_.Chance(0.5); };
  if (random_.Chance(0.7)) cluster_->Take(of_other);
}

void Schedule::StepLoss() {
  const uint64_t replicas = cluster_->replicas();
  const uint64_t victim = random_.Between(1, replicas);
  for (uint64_t node = 1; node <= replicas; ++node) {
    if (!cluster_->alive(node) && random_.Chance(0.9)) cluster_->Restart(node);
  }
  const uint64_t coordinator = 1 + victim % replicas;
  const bool both = cluster_->alive(victim) && cluster_->alive(coordinator);
  if (both && random_.Chance(0.4)) WriteAndForget(coordinator, victim);
  const uint64_t loss = random_.Below(2);
  for (uint64_t phase = 0; phase < 4; ++phase) {
    CutSomeLinks();
    if (phase == loss && cluster_->alive(victim) && MayBeWiped(victim)) {
      Crash(victim, random_.Below(cluster_->unsynced(victim) + 1));
      Wipe(victim);
      cluster_->Restart(victim);
    }
    if (!cluster_->alive(coordinator) && random_.Chance(0.5)) cluster_->Restart(coordinator);
    StepClosely(static_cast<uint32_t>(random_.Between(20, 150)));
  }
  if (random_.Chance(0.7)) cluster_->Heal();
}

}  // namespace quorate::quorum
