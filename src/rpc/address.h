// host:port, as people write it: 127.0.0.1:7400, [::1]:7400, db1.example:7400.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "rpc/socket_fd.h"

namespace quorate::rpc {

struct Address {
  std::string host;  // without brackets
  uint16_t port = 0;

  std::string ToString() const;
  // Nobody but this machine can reach it.
  bool IsLoopback() const;
};

// INVALID_ARGUMENT naming the text and what is expected; a port is 1 to 65535.
absl::StatusOr<Address> ParseAddress(std::string_view text);

// OK if this process could listen there now. UNAVAILABLE, PORT_IN_USE or
// CANNOT_LISTEN, naming the address and `setting`, the way to another one.
absl::Status CheckCanListen(const Address& address, std::string_view setting);
// Sockets that listen there, not blocking: one for each of the addresses that the name stands
// for and this machine has. Errors likewise.
absl::StatusOr<std::vector<SocketFd>> ListenAt(const Address& address, std::string_view setting);

}  // namespace quorate::rpc
