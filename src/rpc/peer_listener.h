// The peer port: takes connections of other nodes (peer_wire.h) and hands on what comes.
#pragma once

#include <string_view>

#include "absl/status/status.h"
#include "base/env.h"
#include "rpc/address.h"
#include "rpc/peer_intake.h"
#include "rpc/socket_poll.h"

namespace quorate::rpc {

// Listens when it returns, at all addresses that the name stands for, until the polls are
// gone; `intake` lives as long as one is waited with. UNAVAILABLE, naming address and `setting`,
// where it cannot.
absl::Status ListenForPeers(const Address& address, std::string_view setting,
                            const SocketsOf& sockets, PeerIntake& intake, Env& env);

}  // namespace quorate::rpc
