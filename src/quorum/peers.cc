#include "quorum/peers.h"

#include <algorithm>

#include "base/strings.h"

namespace quorate::quorum {
namespace {

constexpr absl::Duration kUnknownSlow = absl::Milliseconds(50);

}  // namespace

Peers::Peers(const Config& config)
    : self_(config.self.node), forget_old_set_(config.bugs.forget_old_set) {
  SetMembers({config.members_since, config.members, config.joining, config.leaving});
}

void Peers::SetMembers(const Members& members) {
  counted_ = members;
  if (forget_old_set_) counted_ = {members.epoch, members.After(), {}, {}};
  const std::vector<Member> all = members.All();
  for (const Member& member : all) {
    if (member.node == self_) zone_ = member.zone;
  }
  others_.clear();
  for (const Member& member : all) {
    if (member.node == self_) continue;
    others_.push_back(member.node);
    peers_[member.node].near = member.zone == zone_;
  }
  std::erase_if(peers_, [&](const auto& peer) { return !members.Contains(peer.first); });
  CountLiving();
}

QuorumPredicate Peers::Majority() const {
  const auto nodes_of = [](const std::vector<Member>& members) {
    std::vector<NodeId> nodes;
    for (const Member& member : members) nodes.push_back(member.node);
    return nodes;
  };
  if (!counted_.moving()) return MajorityOf(nodes_of(counted_.replicas));
  return MajorityOfBoth(nodes_of(counted_.replicas), nodes_of(counted_.After()));
}

bool Peers::alive(NodeId node) const {
  const auto found = peers_.find(node);
  return found != peers_.end() && found->second.alive;
}

bool Peers::near(NodeId node) const {
  const auto found = peers_.find(node);
  return found != peers_.end() && found->second.near;
}

void Peers::SetAlive(NodeId node, bool alive) {
  if (const auto found = peers_.find(node); found != peers_.end()) found->second.alive = alive;
  CountLiving();
}

void Peers::NoteLatency(NodeId node, absl::Duration latency) {
  const auto found = peers_.find(node);
  if (found == peers_.end()) return;
  Peer& peer = found->second;
  peer.latencies[peer.noted++ % peer.latencies.size()] = latency;
}

absl::Duration Peers::Peer::Typical() const {
  const size_t count = std::min(noted, latencies.size());
  if (count == 0) return absl::ZeroDuration();
  absl::Duration sum;
  for (size_t i = 0; i < count; ++i) sum += latencies[i];
  return sum / static_cast<int64_t>(count);
}

// With 32 samples the second largest is about the 95th percentile.
absl::Duration Peers::Slow(NodeId node) const {
  const auto found = peers_.find(node);
  if (found == peers_.end() || found->second.noted < 2) return kUnknownSlow;
  const Peer& peer = found->second;
  absl::Duration largest;
  absl::Duration second;
  for (size_t i = 0; i < std::min(peer.noted, peer.latencies.size()); ++i) {
    const absl::Duration latency = peer.latencies[i];
    second = std::max(second, std::min(largest, latency));
    largest = std::max(largest, latency);
  }
  return second;
}

std::vector<NodeId> Peers::LivingByDistance() const {
  std::vector<NodeId> living;
  for (NodeId node : others_) {
    if (alive(node)) living.push_back(node);
  }
  std::stable_sort(living.begin(), living.end(), [&](NodeId a, NodeId b) {
    const Peer& x = peers_.at(a);
    const Peer& y = peers_.at(b);
    if (x.near != y.near) return x.near;
    return x.Typical() < y.Typical();
  });
  return living;
}

void Peers::CountLiving() {
  living_ = {self_};
  for (NodeId node : others_) {
    if (alive(node)) living_.insert(node);
  }
}

std::string Peers::MissingNames() const {
  std::string names;
  for (const NodeId node : others_) {
    if (!alive(node)) StrAppend(&names, names.empty() ? "" : ", ", node.ToString());
  }
  return names;
}

}  // namespace quorate::quorum
