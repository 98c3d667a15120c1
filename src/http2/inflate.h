// Messages that a client has compressed.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace quorate::http2 {

// As gzip or as zlib ("deflate") writes it, whichever it is. RESOURCE_EXHAUSTED where it would be
// larger than `bytes_max`, INVALID_ARGUMENT where it is neither.
absl::StatusOr<std::string> Inflate(std::string_view compressed, size_t bytes_max);

}  // namespace quorate::http2
