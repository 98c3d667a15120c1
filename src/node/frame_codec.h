// Takes a peer's frame apart, one part for each worker, refusing what is not
// meant for this node, or was damaged on its way.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "base/ids.h"
#include "base/protocol_version.h"
#include "node/worker.h"
#include "ring/topology.h"

namespace quorate {

struct DecodedFrame {
  NodeId from;
  Boot boot;
  Epoch epoch;
  bool draining = false;
  bool disk_full = false;
  uint64_t calendar_us = 0;   // 0: not told
  uint64_t monotonic_us = 0;  // at that moment; 0: not told
  std::optional<uint64_t> log_began;
  uint64_t log_record = 0;
  uint32_t protocol = 1;  // the newest that the sender speaks
  std::optional<ring::Topology> topology;
  std::vector<FrameInput> inputs;  // one for each worker
};

// Who a frame has come to.
struct FrameReceiver {
  std::string_view cluster_id;
  NodeId self;
  uint32_t workers = 1;
  ProtocolRange speaks = {};
  ClusterProtocol protocol = {};
};

// INVALID_ARGUMENT with reason MALFORMED_FRAME, FRAME_DAMAGED, FOREIGN_CLUSTER or
// FOREIGN_NODE; FAILED_PRECONDITION with PROTOCOL_TOO_OLD, of the sender, or
// PROTOCOL_TOO_NEW for this node.
absl::StatusOr<DecodedFrame> DecodeFrame(std::string_view bytes, const FrameReceiver& ours);

// kSealedFrames: appends the seal to a frame's bytes.
void SealFrame(std::string& bytes);

}  // namespace quorate
