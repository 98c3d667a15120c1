// A program that a run starts, looks at through /proc, and ends by its pid.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"

namespace quorate::bench {

// What all threads of a process have used so far.
absl::Duration CpuTimeOf(pid_t pid);

class Process {
 public:
  // `command[0]` is a path. Both its streams are appended to the file `log`. It
  // does not outlive this process, and a Ctrl-C at the terminal is not its.
  static absl::StatusOr<std::unique_ptr<Process>> Start(std::vector<std::string> command,
                                                        const std::string& log);
  ~Process() { Kill(); }
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;

  // SIGKILL; gone when it returns.
  void Kill();
  bool running() const;
  pid_t pid() const { return pid_; }

  absl::Duration CpuTime() const { return CpuTimeOf(pid_); }

 private:
  explicit Process(pid_t pid) : pid_(pid) {}
  const pid_t pid_;
  bool reaped_ = false;
};

// A field of /proc/PID/status that is told in kB, such as VmRSS, in bytes; 0 if
// it is not there.
uint64_t StatusFieldBytes(pid_t pid, const std::string& field);
uint64_t ParseStatusField(const std::string& status, const std::string& field);

// Where this very program lies, and the others that were built with it.
std::string OwnPath();
// The first of that name in the PATH; empty: there is none.
std::string FindInPath(const std::string& program);

}  // namespace quorate::bench
