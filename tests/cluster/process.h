// A child process whose output goes to a file and that never outlives the test.
#pragma once

#include <sys/types.h>

#include <functional>
#include <string>
#include <vector>

#include "absl/time/time.h"

namespace quorate::testing {

class Process {
 public:
  // `arguments[0]` is the program's path. Appends stdout and stderr to `output`.
  Process(std::vector<std::string> arguments, const std::string& output);
  ~Process();  // kills what still runs
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;

  // After SIGSTOP it has stopped.
  void Signal(int signal);
  // Waits for the end; the exit code, 128 + the signal that ended it, or -1
  // if it still runs after `limit`.
  int Wait(absl::Duration limit = absl::Seconds(30));
  bool running();
  pid_t pid() const { return pid_; }

 private:
  pid_t pid_ = -1;
  int exit_ = -1;
  bool ended_ = false;
};

// Loopback ports in a row that nobody uses, and no other test will while this
// lives: a lock on a file of the temporary folder, which goes with the process
// however that ends.
class Ports {
 public:
  static constexpr int kCount = 30;

  Ports();
  ~Ports();
  Ports(const Ports&) = delete;
  Ports& operator=(const Ports&) = delete;

  int first() const { return first_; }  // 0: there are none

 private:
  int first_ = 0;
  int lock_ = -1;
};

// Body of http://127.0.0.1:port/path, empty unless the answer is 200.
std::string HttpGet(int port, const std::string& path);
std::string ReadFile(const std::string& path);

// Asks until the answer is yes; false after half a minute. What is asked lives
// in another process, which has no event to give us.
bool Eventually(const std::function<bool()>& question);

}  // namespace quorate::testing
