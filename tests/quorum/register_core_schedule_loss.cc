// How a random schedule of registers loses disks: a minority at a time, with rounds under
// way, links that only some replicas have, and what was promised before still to come.
#include "base/strings.h"
#include "register_core_schedule.h"

namespace quorate::quorum {

bool RegisterCoreSchedule::MayBeWiped(uint64_t node) {
  uint64_t lost = 1;
  for (uint64_t other = 1; other <= cluster_->replicas(); ++other) {
    if (other != node && !cluster_->disk(other).filled) ++lost;
  }
  return lost <= (cluster_->replicas() - 1) / 2;
}

void RegisterCoreSchedule::Wipe(uint64_t node) {
  Crash(node);
  Trace("and loses its disk");
  ++reached_["disk lost"];
  cluster_->Wipe(node);
  cluster_->Restart(node);
}

void RegisterCoreSchedule::CutSomeLinks() {
  const uint64_t replicas = cluster_->replicas();
  const double holds = random_.Chance(0.5) ? 0.5 : 0.8;
  cluster_->Heal();
  for (uint64_t a = 1; a <= replicas; ++a) {
    for (uint64_t b = 1; b <= replicas; ++b) {
      if (a != b && !random_.Chance(holds)) cluster_->Cut(a, b);
    }
  }
}

// Disks and networks are quick, but for a message now and then.
void RegisterCoreSchedule::StepClosely(uint64_t steps) {
  for (; steps > 0; --steps) {
    auto& flight = cluster_->in_flight();
    const uint64_t dice = random_.Below(100);
    if (dice < 8 && AnyLiving() != 0) {
      StepClient();
    } else if (dice < 11 && !late_.empty()) {
      flight.push_front(late_[random_.Below(late_.size())]);
    } else if (dice < 15 && !flight.empty()) {
      late_.push_back(flight.front());
      flight.pop_front();
    } else {
      StepCalm();
    }
    Listen();
  }
}

void RegisterCoreSchedule::StepLoss() {
  const uint64_t replicas = cluster_->replicas();
  const uint64_t victim = random_.Between(1, replicas);
  for (uint64_t node = 1; node <= replicas; ++node) {
    if (!cluster_->alive(node) && random_.Chance(0.9)) cluster_->Restart(node);
  }
  const uint64_t loss = random_.Below(2);
  for (uint64_t phase = 0; phase < 4; ++phase) {
    if (random_.Chance(0.6)) CutSomeLinks();
    if (phase == loss && cluster_->alive(victim) && MayBeWiped(victim)) Wipe(victim);
    StepClosely(random_.Between(10, 100));
  }
  if (random_.Chance(0.7)) cluster_->Heal();
}

}  // namespace quorate::quorum
