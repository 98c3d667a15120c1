// Where a scan goes on: opaque to clients, so it is checked before it is
// believed. A version, a checksum, a mark of the scan it belongs to, and the
// last key that was returned.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace quorate::rpc {

// The same for two scans only if a cursor of one may go on in the other.
uint64_t ScanMark(uint64_t keyspace_id, std::string_view prefix, std::string_view end);

std::string EncodeCursor(uint64_t scan_mark, std::string_view last_key);

// The last key. INVALID_ARGUMENT, BAD_CURSOR: damaged, of another version, or
// of another scan.
absl::StatusOr<std::string> DecodeCursor(std::string_view cursor, uint64_t scan_mark);

}  // namespace quorate::rpc
