// Everything outside a node that is not deterministic, behind one small set of
// interfaces: the process (src/rpc, cmd/kvd) and the simulator each bring theirs.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "absl/functional/any_invocable.h"
#include "absl/time/time.h"
#include "base/env.h"
#include "base/ids.h"
#include "kv/expired_records.h"
#include "storage/engine.h"
#include "storage/files.h"
#include "storage/log_device.h"

namespace quorate {

// Frames to other nodes: may be lost, never altered, and in order while a
// connection lasts. Thread-safe, never blocks; drops when its queue is full.
class Transport {
 public:
  virtual ~Transport() = default;
  // `frame` is a serialised quorate.v1.PeerFrame. `address` is the peer's
  // host:port from the topology.
  virtual void Send(NodeId to, const std::string& address, std::string frame) = 0;
};

// Drives workers and runs slow work. In a process: a thread per worker and one
// for background work. In the simulator: events in virtual time.
class Scheduler {
 public:
  virtual ~Scheduler() = default;
  // Worker `index` has input: its RunTurn is to be called soon. Thread-safe.
  virtual void Wake(uint32_t index) = 0;
  // Runs off the workers' threads, one after the other (flushes).
  virtual void Background(absl::AnyInvocable<void() &&> work) = 0;
};

struct Edges {
  Env& env;
  Files& files;  // the data folder's small files (identity, topology)
  Engine& engine;
  kv::ExpiredRecords& expired;  // what the engine asks before it drops a record
  Transport& transport;
  Scheduler& scheduler;
};

}  // namespace quorate
