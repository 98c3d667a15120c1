// One node of an embedded cluster, through its starts and ends.
#pragma once

#include <spdlog/logger.h>

#include <functional>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "rpc/server.h"
#include "testing/memory_disk.h"

namespace quorate::testing {

// One thread at a time.
class Member {
 public:
  // `memory` none: what it keeps is in the folder of the options.
  Member(rpc::ServerOptions options, std::shared_ptr<MemoryDisk> memory, rpc::Passes passes,
         std::shared_ptr<spdlog::logger> log, std::function<void(absl::Status)> on_failure);

  bool running() const { return server_ != nullptr; }
  bool ready() const { return running() && server_->ready(); }
  const rpc::ServerOptions& options() const { return options_; }

  // FAILED_PRECONDITION while it runs.
  absl::Status Start();
  // These do nothing where it doesn't run.
  void Stop();  // hands over first
  void End();   // at once
  void Kill();  // at once, and what was not synced is lost
  void UpdateHealth();

 private:
  const rpc::ServerOptions options_;
  const std::shared_ptr<MemoryDisk> memory_;
  const rpc::Passes passes_;
  const std::shared_ptr<spdlog::logger> log_;
  const std::function<void(absl::Status)> on_failure_;
  std::unique_ptr<rpc::Server> server_;
};

}  // namespace quorate::testing
