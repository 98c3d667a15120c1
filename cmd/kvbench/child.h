// The echo server as a process of its own, so that it shares nothing with the
// load but the machine.
#pragma once

#include <memory>
#include <string>

#include "absl/status/statusor.h"

namespace quorate::bench {

class EchoProcess {
 public:
  // Starts this very program as `echo-server` on a free loopback port.
  static absl::StatusOr<std::unique_ptr<EchoProcess>> Start(size_t value_bytes);
  ~EchoProcess();
  const std::string& address() const { return address_; }

 private:
  EchoProcess(int pid, std::string address) : pid_(pid), address_(std::move(address)) {}
  const int pid_;
  const std::string address_;
};

// In the child: end when the parent does.
void EndWithParent();

}  // namespace quorate::bench
