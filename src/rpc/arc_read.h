// Reads a partition for a backup: proves that this node's replica has all that was
// acknowledged before, freezes its state, and cuts the records into chunks. Blocks, on
// a thread of its own; the workers are asked for the proof alone.
#pragma once

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "base/env.h"
#include "base/ids.h"
#include "kv/expired_records.h"
#include "node/node.h"
#include "quorate/v1/backup.pb.h"
#include "rpc/router.h"
#include "storage/engine.h"

namespace quorate::rpc {

// What it works with; all outlive it.
struct ArcWorld {
  Node& node;
  Env& env;
  const Engine& engine;
  kv::ExpiredRecords& expired;
  NodeId self;
};

// Where the parts go. Thread-safe.
class ArcSink {
 public:
  virtual ~ArcSink() = default;
  // Blocks while the client is behind. An error ends the reading.
  virtual absl::Status Send(v1::ArcPart part) = 0;
  virtual bool cancelled() const = 0;
  // Until so much time has passed, or it is cancelled.
  virtual void Sleep(absl::Duration time) = 0;
};

// UNAVAILABLE: BACKUP_ELSEWHERE, no replica here serves it; BACKUP_NOT_CURRENT, it
// can't be proven to have all. `deadline`: a moment of Env::Monotonic.
absl::Status ReadArc(const ArcWorld& world, const v1::ReadArcRequest& request,
                     absl::Duration deadline, ArcSink& sink);

}  // namespace quorate::rpc
