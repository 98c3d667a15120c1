#include "rpc/peer_call.h"

#include <sys/uio.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

#include "base/strings.h"
#include "rpc/peer_wire.h"

namespace quorate::rpc {
namespace {

constexpr size_t kFramesAtOnce = 64;

absl::Status Failed(int error) { return absl::UnavailableError(std::strerror(error)); }

}  // namespace

absl::StatusOr<PeerCall> PeerCall::To(const sockaddr* address, socklen_t size, NodeId self) {
  PeerCall call(
      SocketFd(socket(address->sa_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)));
  if (!call.fd_) return Failed(errno);
  SetUpPeerSocket(call.fd());
  call.hello_ = wire::Hello(self);
  if (connect(call.fd(), address, size) != 0 && errno != EINPROGRESS) return Failed(errno);
  return call;
}

absl::Status PeerCall::Advance() {
  if (!connected_) {
    int error = 0;
    socklen_t size = sizeof(error);
    getsockopt(fd(), SOL_SOCKET, SO_ERROR, &error, &size);
    if (error != 0) return Failed(error);
    sockaddr_storage peer{};
    size = sizeof(peer);
    if (getpeername(fd(), reinterpret_cast<sockaddr*>(&peer), &size) != 0) {
      return errno == ENOTCONN ? absl::OkStatus() : Failed(errno);
    }
    connected_ = true;
  }
  absl::Status heard = Hear();
  return heard.ok() ? SendOn() : heard;
}

absl::Status PeerCall::Write(std::vector<std::string> frames) {
  const bool waits = writing();
  for (std::string& frame : frames) unsent_.push_back(std::move(frame));
  if (waits) return absl::OkStatus();
  absl::Status sent = SendOn();
  if (sent.ok()) return sent;
  absl::Status heard = Hear();  // perhaps why
  return heard.ok() ? sent : heard;
}

absl::Status PeerCall::SendOn() {
  while (!hello_.empty()) {
    const ssize_t sent = send(fd(), hello_.data(), hello_.size(), MSG_NOSIGNAL);
    if (sent < 0) return NotNow(errno) ? absl::OkStatus() : Failed(errno);
    hello_.erase(0, static_cast<size_t>(sent));
  }
  while (writing()) {
    std::array<std::array<char, wire::kSizeBytes>, kFramesAtOnce> sizes;
    std::array<iovec, 2 * kFramesAtOnce> parts;
    const size_t count = std::min(unsent_.size(), kFramesAtOnce);
    size_t used = 0;
    size_t skip = sent_of_first_;
    const auto add = [&](char* data, size_t size) {
      const size_t skipped = std::min(skip, size);
      skip -= skipped;
      if (size > skipped) parts[used++] = {data + skipped, size - skipped};
    };
    for (size_t i = 0; i < count; ++i) {
      sizes[i] = wire::SizeOf(unsent_[i].size());
      add(sizes[i].data(), sizes[i].size());
      add(unsent_[i].data(), unsent_[i].size());
    }
    msghdr message{};
    message.msg_iov = parts.data();
    message.msg_iovlen = used;
    const ssize_t sent = sendmsg(fd(), &message, MSG_NOSIGNAL);
    if (sent < 0) return NotNow(errno) ? absl::OkStatus() : Failed(errno);
    Sent(static_cast<size_t>(sent));
  }
  return absl::OkStatus();
}

void PeerCall::Sent(size_t bytes) {
  sent_of_first_ += bytes;
  while (!unsent_.empty() && sent_of_first_ >= wire::kSizeBytes + unsent_.front().size()) {
    sent_of_first_ -= wire::kSizeBytes + unsent_.front().size();
    unsent_.pop_front();
  }
}

absl::Status PeerCall::Hear() {
  char bytes[4096];
  while (true) {
    const ssize_t got = recv(fd(), bytes, sizeof(bytes), 0);
    if (got < 0) return NotNow(errno) ? absl::OkStatus() : Failed(errno);
    if (got == 0) return absl::UnavailableError("it closed the connection");
    heard_.append(bytes, static_cast<size_t>(got));
    while (heard_.size() >= wire::kSizeBytes) {
      const uint32_t size = wire::ReadSize(heard_);
      if (size > wire::kRefusalBytesMax || (size == 0 && welcome_)) {
        return absl::UnavailableError("what answers there is no node");
      }
      if (heard_.size() < wire::kSizeBytes + size) break;
      if (size > 0) return wire::ReadRefusal(std::string_view(heard_).substr(4, size));
      welcome_ = true;
      heard_.erase(0, wire::kSizeBytes);
    }
  }
}

}  // namespace quorate::rpc
