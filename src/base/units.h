// Quantities as people write them, always with their unit: 150ms, 64MiB.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "absl/time/time.h"

namespace quorate {

// "64MiB", "1.5GiB", "512B", "10kB"; powers of 1024 with the i, of 1000 without.
// INVALID_ARGUMENT without a unit (except 0).
absl::StatusOr<uint64_t> ParseBytes(std::string_view text);
// The shortest exact form: 67108864 is 64MiB, 1000 is 1000B.
std::string FormatBytes(uint64_t bytes);

// "150ms", "2s", "1m30s". INVALID_ARGUMENT without a unit (except 0), if
// negative or infinite.
absl::StatusOr<absl::Duration> ParseDuration(std::string_view text);

// A share in parts per million: "1%", "0.05%", "200ppm". INVALID_ARGUMENT
// without a unit (except 0), if negative, more than all or less than one part.
absl::StatusOr<uint32_t> ParsePpm(std::string_view text);
std::string FormatPpm(uint32_t ppm);  // 500 is 0.05%

}  // namespace quorate
