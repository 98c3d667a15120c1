// The echo server as a process of its own, so that it shares nothing with the
// load but the machine.
#pragma once

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "own_cluster.h"
#include "process.h"

namespace quorate::bench {

class EchoProcess {
 public:
  // Starts this very program as `echo-server` on a free loopback port; it
  // accepts connections when this returns.
  static absl::StatusOr<std::unique_ptr<EchoProcess>> Start(const Surroundings& surroundings,
                                                            size_t value_bytes);
  const std::string& address() const { return address_; }
  pid_t pid() const { return process_->pid(); }

 private:
  EchoProcess(std::unique_ptr<Process> process, std::string address)
      : process_(std::move(process)), address_(std::move(address)) {}
  const std::unique_ptr<Process> process_;
  const std::string address_;
};

}  // namespace quorate::bench
