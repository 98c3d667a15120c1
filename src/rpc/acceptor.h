// A socket that listens.
#pragma once

#include <sys/eventfd.h>
#include <sys/socket.h>

#include <cerrno>
#include <utility>

#include "rpc/look_up.h"
#include "rpc/socket_fd.h"

namespace quorate::rpc {

class Acceptor {
 public:
  explicit Acceptor(SocketFd fd) : fd_(std::move(fd)), spare_(Spare()) {}

  int fd() const { return fd_.get(); }

  // Whoever calls, not blocking, and from where, if that is asked for; false: nobody.
  SocketFd Accept(SocketAddress* from) {
    SocketAddress ignored;
    SocketAddress& address = from == nullptr ? ignored : *from;
    address.size = sizeof(address.bytes);
    SocketFd taken(accept4(fd_.get(), reinterpret_cast<sockaddr*>(&address.bytes), &address.size,
                           SOCK_CLOEXEC | SOCK_NONBLOCK));
    if (!taken && (errno == EMFILE || errno == ENFILE)) TurnAway();
    return taken;
  }

 private:
  static SocketFd Spare() { return SocketFd(eventfd(0, EFD_CLOEXEC)); }

  // There are no file descriptors left: whoever calls is taken for that one moment, or the
  // socket would be ready for ever.
  void TurnAway() {
    spare_ = SocketFd();
    SocketFd(accept4(fd_.get(), nullptr, nullptr, SOCK_CLOEXEC));
    spare_ = Spare();
  }

  SocketFd fd_;
  SocketFd spare_;
};

}  // namespace quorate::rpc
