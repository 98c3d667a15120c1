// A redis-server of this run's own on loopback, which is durable as Quorate is:
// each write is in its append-only file, and synced, before it is answered. It
// is one process and has no replicas. The file is not rewritten meanwhile,
// which would cost it; all else is Redis's default.
#pragma once

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "own_cluster.h"

namespace quorate::bench {

class RedisServer {
 public:
  // In a new folder of that name; serves when it returns. UNAVAILABLE, with the log's name, if it
  // does not within 30 s.
  static absl::StatusOr<std::unique_ptr<RedisServer>> Start(const Surroundings& surroundings,
                                                            const std::string& name);

  const std::string& address() const { return address_; }
  const Process& process() const { return *process_; }

 private:
  RedisServer() = default;
  std::string address_;
  std::unique_ptr<Process> process_;
};

}  // namespace quorate::bench
