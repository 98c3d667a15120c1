// What a stretch of load costs, by the kernel's counters, which count everybody
// alike: of the servers that it is for, of the load itself, of the machine.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <string>
#include <vector>

#include "absl/time/time.h"

namespace quorate::bench {

struct Cost {
  absl::Duration servers;                   // CPU time of all their threads
  std::vector<absl::Duration> each_server;  // of it, in their order
  absl::Duration load;                      // CPU time of this process
  uint64_t switches = 0;                    // of contexts, of both
  uint64_t flushes = 0;        // by which disks made durable what they had taken, whoever asked
  uint64_t peer_messages = 0;  // sent between the servers, where they tell
};

// Monotonic counters as they are now; a stretch's cost is the difference.
class Meter {
 public:
  // `pages`: host:port of what tells of peer messages at /metrics.
  explicit Meter(std::vector<pid_t> servers, std::vector<std::string> pages = {})
      : servers_(std::move(servers)), pages_(std::move(pages)) {}

  Cost Read() const;

 private:
  const std::vector<pid_t> servers_;
  const std::vector<std::string> pages_;
};

Cost Difference(const Cost& after, const Cost& before);

// The sum of both kinds of switches in a /proc/PID/task/TID/status.
uint64_t ParseSwitches(const std::string& status);
// The flushes of all disks in /proc/diskstats; partitions have none of their own.
uint64_t ParseFlushes(const std::string& diskstats);

}  // namespace quorate::bench
