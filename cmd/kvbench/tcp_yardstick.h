// What the machine's own network takes: a message there and back over one TCP connection on
// loopback, by plain blocking sockets, between two threads. One at a time.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <thread>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "slice.h"

namespace quorate::bench {

class TcpYardstick {
 public:
  static absl::StatusOr<std::unique_ptr<TcpYardstick>> Start(size_t message_bytes);
  ~TcpYardstick();

  Slice Run(absl::Duration length);

 private:
  TcpYardstick(size_t message_bytes, int near, int far);
  void Answer() const;

  std::string message_;
  const int near_;  // ends of the connection
  const int far_;
  std::thread answering_;
};

}  // namespace quorate::bench
