// What goes over a connection between nodes: plain TCP, one for each ordered pair,
// frames one way, and the other way whether they are welcome.
//
// All numbers are little-endian.
//
//   caller    hello    8 bytes  "\x93QRPEER\n"
//                      u32      version of this format: 1
//                      u32      0
//                      u64      the caller's node id
//   listener  answer   "your frames are welcome": a message of no bytes
//   caller    frames   each a message: a PeerFrame
//   listener  answer   at most once more, then it closes: why it takes no more,
//                      a google.rpc.Status (status.proto)
//
//   message            u32      how many bytes follow
//
// The caller sends no frame before it is welcome: what it has is then certain not to
// have been delivered. Either end closes the connection where the other breaks these
// rules; whoever calls begins anew.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/ids.h"

namespace quorate::rpc::wire {

inline constexpr size_t kHelloBytes = 24;
inline constexpr size_t kSizeBytes = 4;
inline constexpr size_t kRefusalBytesMax = 64 * 1024;

std::string Hello(NodeId caller);
// Who calls; nullopt while more is to come. `bytes`: the first of a connection, kHelloBytes
// at most. INVALID_ARGUMENT as soon as they can be no hello: NOT_A_PEER, PEER_VERSION.
absl::StatusOr<std::optional<NodeId>> ReadHello(std::string_view bytes);

std::array<char, kSizeBytes> SizeOf(size_t message);
uint32_t ReadSize(std::string_view bytes);

// A message that carries it.
std::string Refusal(const absl::Status& why);
absl::Status ReadRefusal(std::string_view bytes);

}  // namespace quorate::rpc::wire
