// What gRPC writes into headers.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "absl/time/time.h"

namespace quorate::http2 {

// "250m" is a quarter of a second. nullopt: not of that form.
std::optional<absl::Duration> ParseTimeout(std::string_view text);

// A message of UTF-8 as `grpc-message` carries it: other than printable ASCII by %XX.
std::string PercentEncode(std::string_view message);

// How a header whose name ends with "-bin" carries bytes: base64, which may lack its padding.
std::string EncodeBinary(std::string_view bytes);
std::optional<std::string> DecodeBinary(std::string_view text);

}  // namespace quorate::http2
