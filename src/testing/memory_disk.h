// A node's disk in memory, under the real log.
#pragma once

#include <memory>

#include "rpc/storage_stack.h"
#include "storage/mem_engine.h"
#include "storage/sim_files.h"

namespace quorate::testing {

// Outlives the servers that open it, one after the other.
class MemoryDisk : public rpc::Disk {
 public:
  explicit MemoryDisk(uint64_t seed);

  absl::StatusOr<std::shared_ptr<Files>> OpenRoot() override { return root_; }
  absl::StatusOr<std::shared_ptr<Files>> OpenLog() override { return log_; }
  absl::StatusOr<std::shared_ptr<Engine>> OpenEngine() override { return engine_; }

  // A power cut: the state goes back to what was flushed; the log, whose
  // writes are synced, stays. No server may have it open.
  void Crash();

 private:
  const std::shared_ptr<SimFiles> root_;
  const std::shared_ptr<SimFiles> log_;
  const std::shared_ptr<MemEngine> engine_;
};

}  // namespace quorate::testing
