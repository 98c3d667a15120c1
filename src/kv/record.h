// What stands behind a key in the engine:
//   1 byte   format, 1
//   1 byte   flags: 1, the key has an expiry
//   4 bytes  checksum of the rest, seeded with the key and the flags
//   8 bytes  version
//   8 bytes  with flag 1: the partition's time from which the key is gone
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
  uint64_t expires_at_us = 0;  // 0: never

  bool ExpiredAt(uint64_t time_us) const { return expires_at_us != 0 && expires_at_us <= time_us; }
};

std::string EncodeStored(std::string_view key, const StoredValue& stored);
// The same into room of StoredBytes.
void WriteStored(std::string_view key, const StoredValue& stored, char* out);
size_t StoredBytes(const StoredValue& stored);

// DATA_LOSS naming the key: reason RECORD_DAMAGED, or NEWER_FORMAT where a later
// build wrote it.
absl::StatusOr<StoredValue> DecodeStored(std::string_view key, std::string_view bytes);

// The expiry alone, of bytes that nobody vouches for; 0: none, or not readable.
uint64_t PeekExpiry(std::string_view bytes);

}  // namespace quorate::kv
