// What moving replicas mean for a random schedule of registers.
#include "register_core_schedule.h"

namespace quorate::quorum {

std::vector<uint64_t> RegisterCoreSchedule::Replicas() const {
  if (moves_) return moves_->replicas();
  std::vector<uint64_t> all;
  for (uint64_t node = 1; node <= cluster_->replicas(); ++node) all.push_back(node);
  return all;
}

void RegisterCoreSchedule::BringToRest() {
  for (int round = 0; moves_ && round < 400 && !moves_->at_rest(); ++round) {
    moves_->StepToRest();
    cluster_->Settle(1);
    Listen();
  }
  cluster_->Settle(options_.losses_percent != 0 || moves_ ? 90 : 40);
}

void RegisterCoreSchedule::LoseRequests(uint64_t node) {
  Listen();
  for (auto at = open_.begin(); at != open_.end();) {
    if (at->second.first != node) {
      ++at;
      continue;
    }
    clients_[events_[at->second.second].client].operation = 0;
    if (const auto asked = asked_.find(at->first); asked != asked_.end()) {
      unknown_[at->second.second] = asked->second;
      asked_.erase(asked);
    }
    at = open_.erase(at);
  }
}

}  // namespace quorate::quorum
