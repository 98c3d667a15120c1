// Takes a peer's frame apart, one part for each worker, refusing what is not
// meant for this node.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "base/ids.h"
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
  std::optional<ring::Topology> topology;
  std::vector<FrameInput> inputs;  // one for each worker
};

// INVALID_ARGUMENT with reason MALFORMED_FRAME, FOREIGN_CLUSTER or
// FOREIGN_NODE.
absl::StatusOr<DecodedFrame> DecodeFrame(std::string_view bytes, std::string_view cluster_id,
                                         NodeId self, uint32_t workers);

}  // namespace quorate
