// What a worker does because time passes or nodes come and go.
#include <algorithm>
#include <utility>

#include "base/limits.h"
#include "node/hint_keeper.h"
#include "node/worker.h"

namespace quorate {
namespace {

constexpr absl::Duration kReleaseInterval = absl::Seconds(1);
// Of a node that goes: what others do not answer within it they do not soon.
constexpr absl::Duration kAnswersMax = absl::Seconds(3);

// True once each interval: `next` moves on.
bool Due(absl::Duration now, absl::Duration interval, absl::Duration& next) {
  if (now < next) return false;
  next = now + interval;
  return true;
}

bool IsBeingFilled(const ring::Topology& topology, NodeId node) {
  for (const auto& [name, keyspace] : topology.keyspaces) {
    for (const ring::PartitionInfo& partition : keyspace.partitions) {
      if (partition.joining == node) return true;
    }
  }
  return false;
}

}  // namespace

void Worker::Tick() {
  next_tick_ = now_ + shared_.options.tick;
  const bool release = Due(now_, kReleaseInterval, next_release_);
  const bool rebalance = Due(now_, shared_.options.rebalance_interval, next_rebalance_);
  bool leaders = true;
  for (auto& [partition, slot] : slots_) {
    slot.replica->Tick(now_);
    Touch(partition, slot);
    leaders = leaders && MayServe(slot);
    if (release) ReleaseLog(slot);
    if (rebalance) Rebalance(slot);
    WatchMove(partition, slot);
  }
  leader_everywhere_ = leaders;
  HandOverFormer(release);
  ShareWithClients();
  forwards_.Expire(now_);
  if (hints_ != nullptr) hints_->Tick(now_);
  if (drained_) DrainStep();
  if (ticked_) ticked_(now_);
}

// A machine that is paused may find its clock where it was, but not the calendar
// once that is put right.
void Worker::WatchClock() {
  const absl::Duration own = shared_.edges.env.WallTime() - absl::UnixEpoch() - now_;
  const absl::Duration followed = shared_.calendar.Lead(own);
  const absl::Duration passes = shared_.options.tick / 2;
  const bool confirmed = CalendarConfirmed();
  if (absl::AbsDuration(own - own_lead_) <= passes &&
      absl::AbsDuration(followed - followed_lead_) <= passes && confirmed == confirmed_) {
    return;
  }
  outbox_.TellCalendar();
  own_lead_ = own;
  followed_lead_ = followed;
  confirmed_ = confirmed;
  const absl::Time calendar = absl::UnixEpoch() + now_ + followed;
  for (auto& [partition, slot] : slots_) slot.replica->ClockJumped(calendar, now_, confirmed);
}

// Who starts alone is given some time to hear from somebody.
bool Worker::CalendarConfirmed() {
  if (confirmed_ || shared_.calendar.heard() || shared_.options.bugs.follow_own_calendar) {
    return true;
  }
  if (confirmed_by_ == absl::ZeroDuration()) {
    confirmed_by_ = now_ + limits::kCalendarUnconfirmedMax;
  }
  return now_ >= confirmed_by_;
}

bool Worker::MayServe(Slot& slot) const {
  const bool led = static_cast<bool>(slot.replica->LeaderHint());
  if (led) slot.leader_due = absl::ZeroDuration();
  return led || now_ < slot.leader_due;
}

void Worker::ReleaseLog(Slot& slot) {
  if (slot.replica->status().applied_index == slot.released.value()) return;
  auto index = slot.replica->ReleasableIndex();
  if (!index.ok()) return shared_.Fail(index.status());
  if (*index <= slot.released) return;
  slot.released = *index;
  shared_.log->Release(slot.replica->partition(), *index);
}

void Worker::Rebalance(Slot& slot) {
  if (!slot.replica->leading() || shared_.draining) return;
  const NodeId better = BetterLeader(slot);
  // Refused while the other is behind; the next time round asks again.
  if (better) (void)slot.replica->TransferLeadership(better);
}

// Zero: there is none. The preferred one, or from a full disk whoever has room.
NodeId Worker::BetterLeader(const Slot& slot) const {
  const auto fit = [this](NodeId node) {
    const Peers& peers = shared_.peers;
    return node != shared_.options.self && peers.alive(node) && !peers.draining(node) &&
           !peers.disk_full(node);
  };
  // Whose worker takes in whole states would let those wait whom it served.
  if (fit(slot.preferred_leader) &&
      !IsBeingFilled(*shared_.topology.Get(), slot.preferred_leader)) {
    return slot.preferred_leader;
  }
  if (shared_.disk.room() == Room::kEnough) return NodeId();
  const auto topology = shared_.topology.Get();
  const ring::PartitionInfo* info = topology->FindPartition(slot.replica->partition());
  if (info == nullptr) return NodeId();
  const auto found = std::find_if(info->replicas.begin(), info->replicas.end(), fit);
  return found == info->replicas.end() ? NodeId() : *found;
}

void Worker::PeerGone(NodeId peer) {
  for (auto& [partition, slot] : slots_) {
    slot.replica->PeerGone(peer, now_);
    Touch(partition, slot);
  }
  forwards_.Lose(peer);
  PeerBack(peer);
}

// What is posted from several threads may come out of order: how it is with the
// peer by now is what counts.
void Worker::PeerBack(NodeId peer) {
  if (!shared_.peers.alive(peer)) return;
  outbox_.TellCalendar(peer);
  for (auto& [partition, slot] : slots_) {
    slot.replica->PeerBack(peer, now_);
    Touch(partition, slot);
  }
}

void Worker::Ping(absl::Duration since) {
  const auto topology = shared_.topology.Get();
  for (const ring::NodeInfo& node : topology->nodes) {
    if (node.id != shared_.options.self && !outbox_.SentSince(node.id, since)) {
      outbox_.AddPing(node.id);
    }
  }
}

void Worker::PingNode(NodeId node) { outbox_.AddPing(node); }

void Worker::Drain(absl::Duration deadline, absl::AnyInvocable<void() &&> done) {
  drain_deadline_ = deadline;
  drained_ = std::move(done);
  DrainStep();
}

// True while a leadership is to be taken over.
bool Worker::HandOverAll() {
  bool leading = false;
  for (auto& [partition, slot] : slots_) {
    if (!slot.replica->leading()) continue;
    // Alone, there is nobody to hand over to.
    leading = slot.replica->TransferLeadership(NodeId()).ok() || leading;
    Touch(partition, slot);
  }
  return leading;
}

bool Worker::Busy() const {
  return forwards_.size() > 0 || (hints_ != nullptr && hints_->busy()) ||
         std::any_of(slots_.begin(), slots_.end(),
                     [](const auto& one) { return one.second.replica->busy(); });
}

void Worker::DrainStep() {
  if (HandOverAll() && now_ < drain_deadline_) return;
  if (!std::exchange(shut_down_, true)) {
    answers_due_ = std::min(drain_deadline_, now_ + kAnswersMax);
  }
  if (Busy() && now_ < answers_due_) return;
  for (auto& [partition, slot] : slots_) slot.replica->Shutdown();
  forwards_.FailAll();
  if (hints_ != nullptr) hints_->FailAll();
  std::exchange(drained_, nullptr)();
}

}  // namespace quorate
