#include "rpc/look_up.h"

#include <netdb.h>

#include <cstring>
#include <string>
#include <thread>
#include <utility>

#include "base/strings.h"

namespace quorate::rpc {
namespace {

absl::StatusOr<SocketAddresses> Find(const Address& address, int flags) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = flags | AI_NUMERICSERV;
  addrinfo* found = nullptr;
  const std::string port = std::to_string(address.port);
  if (const int error = getaddrinfo(address.host.c_str(), port.c_str(), &hints, &found)) {
    return absl::UnavailableError(StrCat(address.host, ": ", gai_strerror(error)));
  }
  SocketAddresses all;
  for (const addrinfo* at = found; at != nullptr; at = at->ai_next) {
    SocketAddress& one = all.emplace_back();
    std::memcpy(&one.bytes, at->ai_addr, at->ai_addrlen);
    one.size = at->ai_addrlen;
  }
  freeaddrinfo(found);
  return all;
}

}  // namespace

absl::StatusOr<SocketAddresses> NumbersOf(const Address& address) {
  return Find(address, AI_NUMERICHOST);
}

void LookUp(const Address& address,
            absl::AnyInvocable<void(absl::StatusOr<SocketAddresses>)> done) {
  std::thread([address, done = std::move(done)]() mutable { done(Find(address, 0)); }).detach();
}

}  // namespace quorate::rpc
