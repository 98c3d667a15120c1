#include "node/peers.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "base/boot.h"

namespace quorate {

void Peers::SetMembers(const std::vector<NodeId>& members, absl::Duration now) {
  absl::MutexLock lock(&mutex_);
  for (auto& [node, peer] : peers_) peer.member = false;
  for (NodeId node : members) {
    if (node == self_) continue;
    const auto [peer, first] = peers_.try_emplace(node);
    if (first) peer->second.heard = now;
    peer->second.member = true;
  }
  // Whose disk is full no longer concerns anybody.
  disks_full_ = static_cast<int>(std::count_if(peers_.begin(), peers_.end(), [](const auto& peer) {
    return peer.second.member && peer.second.disk_full;
  }));
}

Peers::Heard Peers::Hear(NodeId node, const Word& word, absl::Duration now) {
  absl::MutexLock lock(&mutex_);
  Peer& peer = peers_[node];
  if (word.boot < peer.boot || AreRivals(word.boot, peer.boot)) {
    peer.disowned = !bugs_.older_too;
    return {.accepted = bugs_.older_too};
  }
  if (word.boot > peer.boot && word.log_began && *word.log_began < peer.log_record &&
      !bugs_.trust_log_tail) {
    peer.disowned = true;
    return {.accepted = false, .log_lost = peer.log_record};
  }
  peer.disowned = false;
  peer.log_record = std::max(peer.log_record, word.log_record);
  Heard heard{.accepted = true, .restarted = peer.boot && word.boot > peer.boot};
  // A new life may know less than the one before.
  if (word.boot > peer.boot) {
    peer.epoch = Epoch();
    peer.taught_epoch = Epoch();
  }
  heard.learned = word.epoch > peer.epoch;
  heard.back = peer.gone;
  peer.boot = word.boot;
  peer.epoch = std::max(peer.epoch, word.epoch);
  peer.draining = word.draining;
  peer.protocol = word.protocol;
  if (peer.member) disks_full_ += int{word.disk_full} - int{peer.disk_full};
  peer.disk_full = word.disk_full;
  peer.gone = false;
  peer.heard = now;
  return heard;
}

bool Peers::Lose(NodeId node) {
  absl::MutexLock lock(&mutex_);
  const auto it = peers_.find(node);
  if (it == peers_.end() || it->second.gone) return false;
  it->second.gone = true;
  return true;
}

std::vector<NodeId> Peers::TakeSilent(absl::Duration now) {
  absl::MutexLock lock(&mutex_);
  std::vector<NodeId> silent;
  for (auto& [node, peer] : peers_) {
    if (!peer.member || peer.gone || now - peer.heard < silence_max_) continue;
    peer.gone = true;
    silent.push_back(node);
  }
  return silent;
}

bool Peers::alive(NodeId node) const {
  if (node == self_) return true;
  absl::MutexLock lock(&mutex_);
  const auto it = peers_.find(node);
  return it != peers_.end() && !it->second.gone;
}

Boot Peers::boot(NodeId node) const {
  absl::MutexLock lock(&mutex_);
  const auto it = peers_.find(node);
  return it == peers_.end() ? Boot() : it->second.boot;
}

std::optional<uint32_t> Peers::Speaks(NodeId node) const {
  absl::MutexLock lock(&mutex_);
  const auto it = peers_.find(node);
  if (it == peers_.end() || it->second.gone || it->second.protocol == 0) return std::nullopt;
  return it->second.protocol;
}

absl::Duration Peers::HeardAt(NodeId node) const {
  absl::MutexLock lock(&mutex_);
  const auto it = peers_.find(node);
  return it == peers_.end() ? absl::InfiniteDuration() : it->second.heard;
}

bool Peers::draining(NodeId node) const {
  absl::MutexLock lock(&mutex_);
  const auto it = peers_.find(node);
  return it != peers_.end() && it->second.draining;
}

bool Peers::disk_full(NodeId node) const {
  absl::MutexLock lock(&mutex_);
  const auto it = peers_.find(node);
  return it != peers_.end() && it->second.disk_full;
}

std::vector<NodeId> Peers::gone() const {
  absl::MutexLock lock(&mutex_);
  std::vector<NodeId> gone;
  for (const auto& [node, peer] : peers_) {
    if (peer.member && peer.gone) gone.push_back(node);
  }
  return gone;
}

std::vector<NodeId> Peers::GoneSince(absl::Duration moment) const {
  absl::MutexLock lock(&mutex_);
  std::vector<NodeId> gone;
  for (const auto& [node, peer] : peers_) {
    if (peer.member && peer.gone && peer.heard < moment) gone.push_back(node);
  }
  return gone;
}

std::vector<NodeId> Peers::disowned() const {
  absl::MutexLock lock(&mutex_);
  std::vector<NodeId> disowned;
  for (const auto& [node, peer] : peers_) {
    if (peer.member && peer.disowned) disowned.push_back(node);
  }
  return disowned;
}

bool Peers::Knows(NodeId node, Epoch epoch) const {
  if (node == self_) return true;
  absl::MutexLock lock(&mutex_);
  const auto it = peers_.find(node);
  return it != peers_.end() && !it->second.gone && it->second.epoch >= epoch;
}

Epoch Peers::KnownByAll() const {
  absl::MutexLock lock(&mutex_);
  Epoch known(std::numeric_limits<uint64_t>::max());
  for (const auto& [node, peer] : peers_) {
    if (peer.member && !peer.gone) known = std::min(known, peer.epoch);
  }
  return known;
}

bool Peers::ClaimTeaching(NodeId node, Epoch epoch, absl::Duration now, absl::Duration pause) {
  absl::MutexLock lock(&mutex_);
  const auto it = peers_.find(node);
  if (it == peers_.end() || it->second.epoch >= epoch) return false;
  Peer& peer = it->second;
  if (peer.taught_epoch == epoch && now - peer.taught < pause) return false;
  peer.taught = now;
  peer.taught_epoch = epoch;
  return true;
}

}  // namespace quorate
