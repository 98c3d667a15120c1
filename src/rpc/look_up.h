// From an address as people write it to where it leads.
#pragma once

#include <sys/socket.h>

#include <vector>

#include "absl/functional/any_invocable.h"
#include "absl/status/statusor.h"
#include "rpc/address.h"

namespace quorate::rpc {

struct SocketAddress {
  sockaddr_storage bytes = {};
  socklen_t size = 0;

  const sockaddr* get() const { return reinterpret_cast<const sockaddr*>(&bytes); }
};

// One at least; in the order in which to try them.
using SocketAddresses = std::vector<SocketAddress>;

// Of an address in numbers; else UNAVAILABLE. Never blocks.
absl::StatusOr<SocketAddresses> NumbersOf(const Address& address);

// Of any: asks on a thread of its own, which nobody awaits, and calls `done` there. UNAVAILABLE
// where there is no such name.
void LookUp(const Address& address, absl::AnyInvocable<void(absl::StatusOr<SocketAddresses>)> done);

}  // namespace quorate::rpc
