// A world in which nothing happens but what the test does: for a Node of its own.
#pragma once

#include "absl/functional/any_invocable.h"
#include "node/node.h"

namespace quorate {

// Time stands still until the test moves it.
class ManualEnv final : public Env {
 public:
  absl::Duration Monotonic() const override { return now; }
  absl::Time WallTime() const override { return absl::UnixEpoch() + now; }
  uint64_t Random() override { return 1; }

  absl::Duration now = absl::Seconds(1);
};

class NoLog final : public LogDevice {
 public:
  LogTicket Submit(LogBatch) override { return LogTicket{++last_}; }
  void Release(PartitionId, LogIndex) override {}
  LogStats stats() const override { return {}; }
  // For a test that says when all that was handed over is on disk.
  LogTicket last() const { return LogTicket{last_}; }

 private:
  uint64_t last_ = 0;
};

class NoFrames final : public Transport {
 public:
  void Send(NodeId, const std::string&, std::string) override {}
};

class NoThreads final : public Scheduler {
 public:
  void Wake(uint32_t) override {}
  void Background(absl::AnyInvocable<void() &&>) override {}
};

}  // namespace quorate
