#include "quorum/inheritance.h"

namespace quorate::quorum {

bool Inheritance::AllIsHere() const {
  const Members& members = local_.members();
  Nodes told = {local_.self().node};
  for (NodeId node : peers_.others()) {
    if (node != members.leaving && anti_entropy_.HasAllOf(node)) told.insert(node);
  }
  return local_.filled() && MeetsOldQuorums(members, members.ZoneOf(members.leaving), told);
}

void Inheritance::Advance() {
  const Members& members = local_.members();
  const bool wanted = members.leaving && !members.joining.node && !local_.joining();
  if (!wanted || estate_ || !AllIsHere()) return;
  estate_ = {local_.seen(), local_.emitted()};
}

bool Inheritance::IsTaken() const {
  if (!estate_) return false;
  const Members& members = local_.members();
  Nodes have;
  if (local_.durable() >= estate_->effects) have.insert(local_.self().node);
  for (NodeId node : peers_.others()) {
    if (coverage_.Told(node).seen.Covers(estate_->seen)) have.insert(node);
  }
  const std::string& zone = members.ZoneOf(members.leaving);
  return EnoughAfter(Level::kQuorum, members, zone, have) &&
         EnoughAfter(Level::kLocalQuorum, members, zone, have);
}

}  // namespace quorate::quorum
