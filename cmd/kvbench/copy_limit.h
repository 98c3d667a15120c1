// What the machine gives for moving state, with nothing of a cluster in the way.
#pragma once

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"

namespace quorate::bench {

struct CopyWork {
  uint32_t partitions = 0;
  uint64_t keys_each = 0;  // of 14 bytes, with values of 256 random bytes
};

// Bytes of keys and values a second: of each partition, one thread reads a snapshot from
// RocksDB and writes it to a TCP connection on loopback, another reads it from there,
// stages it in files and takes them into another RocksDB. As many pairs as there are
// cores share the partitions.
absl::StatusOr<double> CopyBytesPerSecond(const std::string& folder, const CopyWork& work);

}  // namespace quorate::bench
