// Loopback ports that nobody uses.
#pragma once

#include <string>

#include "absl/status/statusor.h"

namespace quorate::bench {

// Hands out ports one after another, from `first` upwards, past those in use.
class Ports {
 public:
  explicit Ports(int first) : next_(first) {}
  // 127.0.0.1:port. UNAVAILABLE after a thousand that are taken.
  absl::StatusOr<std::string> Next();

 private:
  int next_;
};

}  // namespace quorate::bench
