#include "node/frame_codec.h"

#include <utility>

#include "base/error.h"
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

}  // namespace

absl::StatusOr<DecodedFrame> DecodeFrame(std::string_view bytes, std::string_view cluster_id,
                                         NodeId self, uint32_t workers) {
  v1::PeerFrame frame;
  if (!frame.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) {
    return Refuse("MALFORMED_FRAME", "what came on the peer port is no frame of ours");
  }
  if (absl::Status ours = CheckMeantForUs(frame, cluster_id, self); !ours.ok()) return ours;
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
