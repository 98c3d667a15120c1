// The highest resident memory of processes, looked at again and again.
#pragma once

#include <sys/types.h>

#include <thread>
#include <vector>

#include "absl/synchronization/notification.h"

namespace quorate::bench {

// Of the largest of them, in MiB, from here until Stop.
class ResidentWatch {
 public:
  explicit ResidentWatch(std::vector<pid_t> pids);
  ~ResidentWatch() { Stop(); }

  double before_mib() const { return before_; }
  double now_mib() const;
  // Ends the watch; the highest it has seen.
  double Stop();

 private:
  const std::vector<pid_t> pids_;
  const double before_;
  double highest_;  // the thread's until Stop
  absl::Notification stop_;
  std::thread thread_;
};

}  // namespace quorate::bench
