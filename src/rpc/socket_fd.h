// Owns a socket.
#pragma once

#include <unistd.h>

#include <cerrno>
#include <utility>

namespace quorate::rpc {

class SocketFd {
 public:
  SocketFd() = default;
  explicit SocketFd(int fd) : fd_(fd) {}
  SocketFd(SocketFd&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  SocketFd& operator=(SocketFd&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  ~SocketFd() {
    if (fd_ >= 0) close(fd_);
  }

  int get() const { return fd_; }
  explicit operator bool() const { return fd_ >= 0; }

 private:
  int fd_ = -1;
};

// A call that failed so is to be made again, later.
inline bool NotNow(int error) { return error == EAGAIN || error == EWOULDBLOCK || error == EINTR; }

// Of a connection between nodes: small messages leave at once, and the end of a host that
// is gone without a word is noticed, within eight seconds.
void SetUpPeerSocket(int fd);

}  // namespace quorate::rpc
