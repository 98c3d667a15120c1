// The log as a worker sees it: batches go in, proofs of durability come out
// later. Real: a thread around LogStore. Simulated: virtual time around it.
#pragma once

#include <functional>

#include "absl/status/status.h"
#include "base/sync_proof.h"
#include "storage/log_batch.h"
#include "storage/log_store.h"

namespace quorate {

class LogDevice {
 public:
  virtual ~LogDevice() = default;
  // Thread-safe. Batches become durable in the order submitted; those queued
  // while a sync runs go into the next record together. Never blocks on I/O.
  virtual LogTicket Submit(LogBatch batch) = 0;
  // See LogStore::Release. Thread-safe.
  virtual void Release(PartitionId partition, LogIndex index) = 0;
  virtual LogStats stats() const = 0;
};

// Told, in order, from the device's own thread: all up to the proof's ticket
// is durable; or, once and finally, that the log is dead and the node must end.
struct LogDeviceEvents {
  std::function<void(SyncProof)> durable;
  std::function<void(absl::Status)> failed;
};

}  // namespace quorate
