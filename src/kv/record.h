// What stands behind a key in the engine:
//   1 byte   format, 1
//   1 byte   flags, 0; a flag says that a field follows the version (expiry, ...)
//   4 bytes  checksum of the rest, seeded with the key
//   8 bytes  version
//   the value
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace quorate::kv {

// Points into the bytes decoded.
struct StoredValue {
  uint64_t version = 0;
  std::string_view value;
};

std::string EncodeStored(std::string_view key, uint64_t version, std::string_view value);

// DATA_LOSS naming the key: reason RECORD_DAMAGED, or NEWER_FORMAT where a later
// build wrote it.
absl::StatusOr<StoredValue> DecodeStored(std::string_view key, std::string_view bytes);

}  // namespace quorate::kv
