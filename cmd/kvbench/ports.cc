#include "ports.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/strings.h"

namespace quorate::bench {
namespace {

bool IsFree(int port) {
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const int on = 1;
  setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(static_cast<uint16_t>(port));
  const bool free = bind(fd, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0;
  close(fd);
  return free;
}

}  // namespace

absl::StatusOr<std::string> Ports::Next() {
  constexpr int kPortMax = 65'535;
  const int first = next_;
  while (next_ <= kPortMax && next_ < first + 1000) {
    const int port = next_++;
    if (IsFree(port)) return StrCat("127.0.0.1:", port);
  }
  return absl::UnavailableError(
      StrCat("no free port from ", first, " on; name others with --port"));
}

}  // namespace quorate::bench
