#include "rpc/address.h"

#include <netdb.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <memory>

#include "absl/strings/numbers.h"
#include "base/error.h"
#include "base/strings.h"

namespace quorate::rpc {
namespace {

using Found = std::unique_ptr<addrinfo, decltype(&freeaddrinfo)>;

absl::Status CannotListen(const Address& address, std::string_view why, std::string_view setting) {
  return MakeError(absl::StatusCode::kUnavailable, "CANNOT_LISTEN",
                   StrCat("cannot listen at ", address.ToString(), ": ", why,
                          "; name another address with --", setting));
}

absl::StatusOr<Found> WhereToListen(const Address& address, std::string_view setting) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_PASSIVE;
  addrinfo* found = nullptr;
  const std::string port = std::to_string(address.port);
  if (const int error = getaddrinfo(address.host.c_str(), port.c_str(), &hints, &found)) {
    return CannotListen(address, gai_strerror(error), setting);
  }
  return Found(found, &freeaddrinfo);
}

absl::StatusOr<SocketFd> ListenAt(const addrinfo& at, int backlog, const Address& address,
                                  std::string_view setting) {
  SocketFd fd(socket(at.ai_family, at.ai_socktype | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  const int yes = 1;
  setsockopt(fd.get(), SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes));
  if (fd && bind(fd.get(), at.ai_addr, at.ai_addrlen) == 0 && listen(fd.get(), backlog) == 0) {
    return fd;
  }
  const int error = errno;
  if (error != EADDRINUSE) return CannotListen(address, std::strerror(error), setting);
  return MakeError(absl::StatusCode::kUnavailable, "PORT_IN_USE",
                   StrCat("cannot listen at ", address.ToString(),
                          ": another program does already; stop it, or name another address ",
                          "with --", setting));
}

}  // namespace

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
  const auto found = WhereToListen(address, setting);
  if (!found.ok()) return found.status();
  return ListenAt(**found, 1, address, setting).status();
}

absl::StatusOr<std::vector<SocketFd>> ListenAt(const Address& address, std::string_view setting) {
  const auto found = WhereToListen(address, setting);
  if (!found.ok()) return found.status();
  std::vector<SocketFd> all;
  absl::Status failed;
  for (const addrinfo* at = found->get(); at != nullptr; at = at->ai_next) {
    auto fd = ListenAt(*at, SOMAXCONN, address, setting);
    if (fd.ok()) {
      all.push_back(*std::move(fd));
    } else {
      failed.Update(fd.status());
    }
  }
  if (all.empty()) return failed;
  return all;
}

}  // namespace quorate::rpc
