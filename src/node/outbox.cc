#include "node/outbox.h"

#include <utility>

#include "base/limits.h"
#include "node/frame_codec.h"
#include "quorate/v1/peer.pb.h"

namespace quorate {
namespace {

constexpr absl::Duration kTeachingPause = absl::Milliseconds(500);
constexpr absl::Duration kCalendarPause = absl::Seconds(1);

}  // namespace

struct Outbox::Frames {
  struct Open {
    v1::PeerFrame frame;
    size_t bytes = 0;
  };
  std::map<NodeId, std::vector<Open>> by_peer;

  Open& For(NodeId to, size_t bytes) {
    auto& frames = by_peer[to];
    if (frames.empty() || frames.back().bytes + bytes > limits::kFrameBytesMax) {
      frames.emplace_back();
    }
    frames.back().bytes += bytes;
    return frames.back();
  }
};

Outbox::Outbox(NodeShared& shared) : shared_(shared), frames_(std::make_unique<Frames>()) {}
Outbox::~Outbox() = default;

void Outbox::Add(PeerMessage message) {
  auto* group = frames_->For(message.to, message.payload.size()).frame.add_groups();
  group->set_partition(message.partition.value());
  group->set_payload(std::move(message.payload));
}

void Outbox::AddAfterSync(LogTicket ticket, std::vector<PeerMessage> messages) {
  if (messages.empty()) return;
  if (waiting_.empty() && ticket == LogTicket{}) {
    for (PeerMessage& message : messages) Add(std::move(message));
    return;
  }
  if (!waiting_.empty()) ticket = std::max(ticket, waiting_.back().ticket());
  waiting_.emplace_back(ticket, std::move(messages));
}

void Outbox::AddRequest(NodeId to, uint64_t id, PartitionId partition, std::string request,
                        absl::Duration left, uint32_t hops) {
  auto* forwarded = frames_->For(to, request.size()).frame.add_requests();
  forwarded->set_id(id);
  forwarded->set_worker_hint(partition.value());
  forwarded->set_request(std::move(request));
  forwarded->set_deadline_us(static_cast<uint64_t>(absl::ToInt64Microseconds(left)));
  forwarded->set_hops(hops);
}

void Outbox::AddReply(NodeId to, uint64_t id, std::string reply) {
  auto* forwarded = frames_->For(to, reply.size()).frame.add_replies();
  forwarded->set_id(id);
  forwarded->set_reply(std::move(reply));
}

void Outbox::AddPing(NodeId to) { frames_->For(to, 0); }

void Outbox::Forget(PartitionId partition) {
  if (!waiting_.empty()) forgotten_[partition] = waiting_.back().ticket();
}

void Outbox::Open(const SyncProof& proof) {
  while (!waiting_.empty() && waiting_.front().CoveredBy(proof)) {
    const LogTicket ticket = waiting_.front().ticket();
    std::vector<PeerMessage> messages = *std::move(waiting_.front()).Open(proof);
    waiting_.pop_front();
    for (PeerMessage& message : messages) {
      const auto forgotten = forgotten_.find(message.partition);
      if (forgotten == forgotten_.end() || ticket > forgotten->second) Add(std::move(message));
    }
  }
  if (waiting_.empty()) forgotten_.clear();
}

void Outbox::Flush(absl::Duration now) {
  if (frames_->by_peer.empty()) return;
  const auto topology = shared_.topology.Get();
  // Whatever is told in these frames is in the log up to here.
  const uint64_t log_record = shared_.log->stats().last_record;
  for (auto& [to, frames] : frames_->by_peer) {
    const std::string address(topology->PeerAddressOf(to));
    if (address.empty()) continue;
    for (Frames::Open& open : frames) {
      v1::PeerFrame& frame = open.frame;
      frame.set_cluster_id(topology->cluster_id);
      frame.set_from(shared_.options.self.value());
      frame.set_to(to.value());
      frame.set_boot(shared_.options.boot.value());
      frame.set_epoch(epoch_.value());
      frame.set_draining(shared_.draining);
      frame.set_log_began(shared_.options.log_record);
      frame.set_log_record(log_record);
      frame.set_protocol(shared_.options.protocol.newest);
      frame.set_protocol_needed(topology->protocol.needed());
      frame.set_disk_full(shared_.disk.room() != Room::kEnough);
      if (TellsCalendar(to, now)) {
        const Env& env = shared_.edges.env;
        frame.set_calendar_us(static_cast<uint64_t>(absl::ToUnixMicros(env.WallTime())));
        frame.set_monotonic_us(static_cast<uint64_t>(absl::ToInt64Microseconds(env.Monotonic())));
      }
      if (shared_.peers.ClaimTeaching(to, topology->epoch, now, kTeachingPause)) {
        frame.mutable_topology()->ParseFromString(ring::EncodeTopology(*topology));
      }
      std::string bytes = frame.SerializeAsString();
      if (topology->Active(kSealedFrames)) SealFrame(bytes);
      shared_.edges.transport.Send(to, address, std::move(bytes));
    }
    sent_[to] = now;
  }
  frames_->by_peer.clear();
}

bool Outbox::TellsCalendar(NodeId to, absl::Duration now) {
  const auto [last, first] = calendar_told_.try_emplace(to, now);
  if (!first && now - last->second < kCalendarPause) return false;
  last->second = now;
  return true;
}

bool Outbox::SentSince(NodeId to, absl::Duration since) const {
  const auto it = sent_.find(to);
  return it != sent_.end() && it->second >= since;
}

}  // namespace quorate
