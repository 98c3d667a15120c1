// What has come over a connection between nodes, cut into messages (peer_wire.h).
#pragma once

#include <cstddef>
#include <memory>
#include <string_view>

#include "absl/status/statusor.h"
#include "absl/types/span.h"

namespace quorate::rpc {

// Its memory grows with what has come, not with what is said to come.
class PeerInput {
 public:
  // `message_bytes_max`: none is larger.
  explicit PeerInput(size_t message_bytes_max) : message_bytes_max_(message_bytes_max) {}

  // Where the next bytes go: some.
  absl::Span<char> Room();
  // So many have come there.
  void Came(size_t bytes) { end_ += bytes; }

  // All messages that are whole, with their sizes; maybe none. Valid until Room.
  // INVALID_ARGUMENT, FRAME_TOO_LARGE, where one is too large; those before are lost.
  absl::StatusOr<std::string_view> Messages();

 private:
  const size_t message_bytes_max_;
  std::unique_ptr<char[]> bytes_;
  size_t capacity_ = 0;
  size_t begin_ = 0;
  size_t end_ = 0;
};

}  // namespace quorate::rpc
