// The calling end of one connection between nodes: says hello, sends frames in their
// order, and hears whether they are welcome (peer_wire.h).
#pragma once

#include <sys/socket.h>

#include <deque>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/ids.h"
#include "rpc/socket_fd.h"

namespace quorate::rpc {

// Not thread-safe. Never blocks.
class PeerCall {
 public:
  // Begins to connect. `address` is of `size` bytes.
  static absl::StatusOr<PeerCall> To(const sockaddr* address, socklen_t size, NodeId self);

  // Goes on with what can be done now: to be called when the socket can be read, or
  // written again. An error: it is over, and the peer's own where it told one.
  absl::Status Advance();
  // The peer takes frames.
  bool welcome() const { return welcome_; }
  // The peer must be welcome. They go as far as they can at once, and on with Advance.
  absl::Status Write(std::vector<std::string> frames);
  // Something is left to be sent.
  bool writing() const { return !unsent_.empty(); }

  // Nothing else after that.
  void HangUp() { fd_ = SocketFd(); }

  int fd() const { return fd_.get(); }

 private:
  explicit PeerCall(SocketFd fd) : fd_(std::move(fd)) {}

  absl::Status SendOn();
  absl::Status Hear();
  void Sent(size_t bytes);

  SocketFd fd_;
  bool connected_ = false;
  bool welcome_ = false;
  std::string hello_;               // what is left of it
  std::deque<std::string> unsent_;  // frames
  size_t sent_of_first_ = 0;        // bytes of its message
  std::string heard_;
};

}  // namespace quorate::rpc
