#include "rpc/socket_fd.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

namespace quorate::rpc {
namespace {

void Set(int fd, int level, int option, int value) {
  setsockopt(fd, level, option, &value, sizeof(value));
}

}  // namespace

void SetUpPeerSocket(int fd) {
  Set(fd, IPPROTO_TCP, TCP_NODELAY, 1);
  // Notices a host that is gone without a word: at rest, and while something is on its way.
  Set(fd, SOL_SOCKET, SO_KEEPALIVE, 1);
  Set(fd, IPPROTO_TCP, TCP_KEEPIDLE, 5);
  Set(fd, IPPROTO_TCP, TCP_KEEPINTVL, 1);
  Set(fd, IPPROTO_TCP, TCP_KEEPCNT, 3);
  Set(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, 8000);
}

}  // namespace quorate::rpc
