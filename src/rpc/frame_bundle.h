// Frames to and from a quorate.v1.FrameBundle without copying or parsing them:
// the message is put together from, and taken apart into, slices of memory.
#pragma once

#include <grpcpp/support/byte_buffer.h>

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"

namespace quorate::rpc {

// The wire bytes of FrameBundle{frames}. The strings' memory goes along.
grpc::ByteBuffer MakeBundle(std::vector<std::string> frames);

// Calls `take` with each frame, in order, until it fails. INVALID_ARGUMENT,
// MALFORMED_BUNDLE, where the bytes aren't a FrameBundle.
absl::Status ForEachFrame(std::string_view bundle,
                          const std::function<absl::Status(std::string_view)>& take);

}  // namespace quorate::rpc
