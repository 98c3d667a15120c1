#include "node/frame_codec.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <utility>

#include "base/error.h"
#include "base/features.h"
#include "base/hash.h"
#include "base/strings.h"
#include "quorate/v1/peer.pb.h"

namespace quorate {
namespace {

absl::Status Refuse(std::string_view reason, const std::string& message) {
  return MakeError(absl::StatusCode::kInvalidArgument, reason, message);
}

absl::Status CheckMeantForUs(const v1::PeerFrame& frame, std::string_view cluster_id, NodeId self) {
  if (frame.cluster_id() != cluster_id) {
    return Refuse("FOREIGN_CLUSTER", "a frame of cluster \"" + frame.cluster_id() +
                                         "\" came to cluster \"" + std::string(cluster_id) +
                                         "\": check the peer addresses of both");
  }
  if (NodeId(frame.to()) != self || NodeId(frame.from()) == self || frame.from() == 0) {
    return Refuse("FOREIGN_NODE", "a frame from " + NodeId(frame.from()).ToString() + " to " +
                                      NodeId(frame.to()).ToString() + " came to " +
                                      self.ToString() + ": check the peer addresses");
  }
  return absl::OkStatus();
}

// The tag of PeerFrame.seal, field 18 of 64 fixed bits, and what follows it.
constexpr std::string_view kSealTag = "\x91\x01";
constexpr size_t kSealBytes = kSealTag.size() + sizeof(uint64_t);
static_assert(std::endian::native == std::endian::little);

// Whoever is not to be here says so by the part of a frame that all builds read alike.
absl::Status CheckProtocols(const v1::PeerFrame& frame, const FrameReceiver& ours) {
  const std::string who = NodeId(frame.from()).ToString();
  if (frame.protocol_needed() > ours.speaks.newest) {
    return MakeError(absl::StatusCode::kFailedPrecondition, "PROTOCOL_TOO_NEW",
                     StrCat(who, " needs protocol ", frame.protocol_needed(), ", and ",
                            ours.self.ToString(), " speaks ", ours.speaks.newest, " at most"));
  }
  const uint32_t newest = std::max<uint32_t>(frame.protocol(), 1);
  return CheckProtocol(who, {.oldest = 1, .newest = newest}, ours.protocol);
}

absl::Status CheckSeal(const v1::PeerFrame& frame, std::string_view bytes) {
  if (!frame.has_seal()) return absl::OkStatus();
  // Nobody may use what the nodes of its cluster need not be able to read.
  if (frame.protocol_needed() < kSealedFrames.since) {
    return Refuse("MALFORMED_FRAME", "a frame from " + NodeId(frame.from()).ToString() +
                                         " is sealed, which its cluster has not agreed on");
  }
  const std::string_view sealed =
      bytes.substr(0, bytes.size() - std::min(bytes.size(), kSealBytes));
  if (frame.seal() == Hash64(sealed)) return absl::OkStatus();
  return Refuse("FRAME_DAMAGED", "a frame from " + NodeId(frame.from()).ToString() +
                                     " was damaged on its way: its checksum is another");
}

}  // namespace

void SealFrame(std::string& bytes) {
  const uint64_t seal = Hash64(bytes);
  char raw[sizeof(seal)];
  std::memcpy(raw, &seal, sizeof(seal));
  bytes.append(kSealTag).append(raw, sizeof(raw));
}

absl::StatusOr<DecodedFrame> DecodeFrame(std::string_view bytes, const FrameReceiver& ours) {
  v1::PeerFrame frame;
  if (!frame.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) {
    return Refuse("MALFORMED_FRAME", "what came on the peer port is no frame of ours");
  }
  absl::Status fit = CheckMeantForUs(frame, ours.cluster_id, ours.self);
  if (fit.ok()) fit = CheckProtocols(frame, ours);
  if (fit.ok()) fit = CheckSeal(frame, bytes);
  if (!fit.ok()) return fit;
  const uint32_t workers = ours.workers;
  DecodedFrame decoded;
  decoded.from = NodeId(frame.from());
  decoded.boot = Boot(frame.boot());
  decoded.epoch = Epoch(frame.epoch());
  decoded.draining = frame.draining();
  decoded.disk_full = frame.disk_full();
  decoded.calendar_us = frame.calendar_us();
  decoded.monotonic_us = frame.monotonic_us();
  if (frame.has_log_began()) decoded.log_began = frame.log_began();
  decoded.log_record = frame.log_record();
  decoded.protocol = std::max<uint32_t>(frame.protocol(), 1);
  if (frame.has_topology()) {
    auto topology = ring::DecodeTopology(frame.topology().SerializeAsString());
    if (!topology.ok()) return topology.status();
    decoded.topology = *std::move(topology);
  }
  decoded.inputs.resize(workers);
  for (FrameInput& input : decoded.inputs) {
    input.from = decoded.from;
    input.epoch = decoded.epoch;
  }
  for (auto& group : *frame.mutable_groups()) {
    decoded.inputs[group.partition() % workers].groups.emplace_back(
        PartitionId(group.partition()), std::move(*group.mutable_payload()));
  }
  for (auto& request : *frame.mutable_requests()) {
    // Its partition is inside; the worker that has it finds out.
    const uint64_t worker = request.worker_hint() % workers;
    decoded.inputs[worker].requests.push_back(FrameInput::Forwarded{
        request.id(), std::move(*request.mutable_request()),
        absl::Microseconds(static_cast<int64_t>(request.deadline_us())), request.hops()});
  }
  for (auto& reply : *frame.mutable_replies()) {
    decoded.inputs[Forwards::WorkerOf(reply.id(), workers)].replies.push_back(
        FrameInput::Answered{reply.id(), std::move(*reply.mutable_reply())});
  }
  return decoded;
}

}  // namespace quorate
