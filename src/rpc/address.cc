#include "rpc/address.h"

#include <netdb.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "absl/strings/numbers.h"
#include "base/error.h"
#include "base/strings.h"

namespace quorate::rpc {

std::string Address::ToString() const {
  const bool bracketed = host.find(':') != std::string::npos;
  return bracketed ? StrCat("[", host, "]:", port) : StrCat(host, ":", port);
}

bool Address::IsLoopback() const {
  return host == "localhost" || host == "::1" || host.starts_with("127.");
}

absl::StatusOr<Address> ParseAddress(std::string_view text) {
  Address address;
  const size_t colon = text.rfind(':');
  uint32_t port = 0;
  std::string_view host = text.substr(0, colon == std::string_view::npos ? 0 : colon);
  if (host.starts_with('[') && host.ends_with(']')) {
    host = host.substr(1, host.size() - 2);
  } else if (host.find(':') != std::string_view::npos) {
    host = {};  // IPv6 needs its brackets
  }
  if (host.empty() || !absl::SimpleAtoi(ToAbsl(text.substr(colon + 1)), &port) || port == 0 ||
      port > 65535) {
    return MakeError(absl::StatusCode::kInvalidArgument, "BAD_VALUE",
                     StrCat("\"", text, "\" is not an address: write host:port, such as ",
                            "127.0.0.1:7400 or [::1]:7400, the port from 1 to 65535"));
  }
  address.host = std::string(host);
  address.port = static_cast<uint16_t>(port);
  return address;
}

absl::Status CheckCanListen(const Address& address, std::string_view setting) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_PASSIVE;
  addrinfo* found = nullptr;
  const std::string port = std::to_string(address.port);
  if (const int error = getaddrinfo(address.host.c_str(), port.c_str(), &hints, &found)) {
    return MakeError(absl::StatusCode::kUnavailable, "CANNOT_LISTEN",
                     StrCat("cannot listen at ", address.ToString(), ": ", gai_strerror(error),
                            "; name another with --", setting));
  }
  const int fd = socket(found->ai_family, found->ai_socktype | SOCK_CLOEXEC, 0);
  const int yes = 1;
  setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes));
  const bool bound =
      fd >= 0 && bind(fd, found->ai_addr, found->ai_addrlen) == 0 && listen(fd, 1) == 0;
  const int error = errno;
  if (fd >= 0) close(fd);
  freeaddrinfo(found);
  if (bound) return absl::OkStatus();
  if (error == EADDRINUSE) {
    return MakeError(absl::StatusCode::kUnavailable, "PORT_IN_USE",
                     StrCat("cannot listen at ", address.ToString(),
                            ": another program does already; stop it, or name another address ",
                            "with --", setting));
  }
  return MakeError(absl::StatusCode::kUnavailable, "CANNOT_LISTEN",
                   StrCat("cannot listen at ", address.ToString(), ": ", std::strerror(error),
                          "; name another address with --", setting));
}

}  // namespace quorate::rpc
