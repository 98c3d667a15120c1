// One operation of a pipeline on its way.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "absl/functional/any_invocable.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "client/node_link.h"
#include "client/writer_pool.h"
#include "quorate/v1/kv.pb.h"

namespace quorate::client {

struct PipelineOp {
  // OK: a reply with a write or get in it, which may be taken apart.
  using Done = absl::AnyInvocable<void(absl::StatusOr<v1::StreamReply*>) &&>;

  v1::StreamOp wire;
  uint64_t key_hash = 0;
  bool write = false;
  Ticket ticket;                // of a write that happens once
  bool unknown_before = false;  // an attempt may have been done
  uint32_t writers_left = 2;    // that may be opened in place of one that is gone
  uint32_t overtaken = 0;       // so often by others' writes to a register
  absl::Duration deadline;      // a moment of Env::Monotonic
  Done done;

  // Of the attempt under way.
  uint32_t attempt = 0;
  uint32_t untried = 0;  // other nodes worth an attempt
  absl::Duration sent_at;
  std::vector<std::shared_ptr<NodeLink>> tried;  // nodes that failed it
};

using PipelineOpPtr = std::unique_ptr<PipelineOp>;

}  // namespace quorate::client
