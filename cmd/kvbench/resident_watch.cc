#include "resident_watch.h"

#include <algorithm>
#include <utility>

#include "absl/time/time.h"
#include "process.h"

namespace quorate::bench {
namespace {

constexpr absl::Duration kPeriod = absl::Milliseconds(50);

double LargestMib(const std::vector<pid_t>& pids) {
  uint64_t largest = 0;
  for (const pid_t pid : pids) largest = std::max(largest, StatusFieldBytes(pid, "VmRSS"));
  return static_cast<double>(largest) / (1 << 20);
}

}  // namespace

ResidentWatch::ResidentWatch(std::vector<pid_t> pids)
    : pids_(std::move(pids)), before_(LargestMib(pids_)), highest_(before_) {
  thread_ = std::thread([this] {
    while (!stop_.WaitForNotificationWithTimeout(kPeriod)) {
      highest_ = std::max(highest_, LargestMib(pids_));
    }
  });
}

double ResidentWatch::now_mib() const { return LargestMib(pids_); }

double ResidentWatch::Stop() {
  if (thread_.joinable()) {
    stop_.Notify();
    thread_.join();
  }
  return highest_;
}

}  // namespace quorate::bench
