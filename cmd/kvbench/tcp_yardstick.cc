#include "tcp_yardstick.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "base/strings.h"
#include "one_by_one.h"

namespace quorate::bench {
namespace {

bool SendAll(int socket, const std::string& message) {
  for (size_t done = 0; done < message.size();) {
    const ssize_t n = ::send(socket, message.data() + done, message.size() - done, MSG_NOSIGNAL);
    if (n <= 0) return false;
    done += static_cast<size_t>(n);
  }
  return true;
}

bool ReceiveAll(int socket, std::string& message) {
  return ::recv(socket, message.data(), message.size(), MSG_WAITALL) ==
         static_cast<ssize_t>(message.size());
}

// As gRPC and every store set it.
void SendAtOnce(int socket) {
  const int yes = 1;
  ::setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof(yes));
}

// Both ends of a connection; the first is -1 where there is none.
std::pair<int, int> ConnectedPair() {
  sockaddr_in address = {};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof(address);
  auto* const where = reinterpret_cast<sockaddr*>(&address);
  const int listening = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const int near = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const bool connected = ::bind(listening, where, size) == 0 && ::listen(listening, 1) == 0 &&
                         ::getsockname(listening, where, &size) == 0 &&
                         ::connect(near, where, size) == 0;
  const int far = connected ? ::accept4(listening, nullptr, nullptr, SOCK_CLOEXEC) : -1;
  ::close(listening);
  if (far >= 0) return {near, far};
  ::close(near);
  return {-1, -1};
}

}  // namespace

absl::StatusOr<std::unique_ptr<TcpYardstick>> TcpYardstick::Start(size_t message_bytes) {
  const auto [near, far] = ConnectedPair();
  if (near < 0) {
    return absl::UnavailableError(StrCat("no TCP connection on loopback: ", std::strerror(errno)));
  }
  SendAtOnce(near);
  SendAtOnce(far);
  return std::unique_ptr<TcpYardstick>(new TcpYardstick(message_bytes, near, far));
}

TcpYardstick::TcpYardstick(size_t message_bytes, int near, int far)
    : message_(message_bytes, 'v'), near_(near), far_(far), answering_([this] { Answer(); }) {}

TcpYardstick::~TcpYardstick() {
  ::shutdown(near_, SHUT_RDWR);
  answering_.join();
  ::close(near_);
  ::close(far_);
}

void TcpYardstick::Answer() const {
  std::string message(message_.size(), '\0');
  while (ReceiveAll(far_, message) && SendAll(far_, message)) {
  }
}

Slice TcpYardstick::Run(absl::Duration length) {
  const auto there_and_back = [this] {
    return SendAll(near_, message_) && ReceiveAll(near_, message_)
               ? absl::OkStatus()
               : absl::UnavailableError("the connection broke");
  };
  return RunOneByOne(there_and_back, length);
}

}  // namespace quorate::bench
