// The bytes of a chunk's file.
//   4 bytes  "QBC" and the format, 1
//   1 byte   1: what follows is compressed by zstd, 0: it is not
//   3 bytes  zero
//   8 bytes  size of the content, little endian
//   8 bytes  XXH3 64-bit of all other bytes of the file, little endian
//   the content
#pragma once

#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace quorate::backup {

std::string EncodeChunkFile(std::string_view content);

// DATA_LOSS, BACKUP_DAMAGED: not whole; or what it holds has not this name.
absl::StatusOr<std::string> DecodeChunkFile(std::string_view file, std::string_view name);

// Whether its bytes are those that were written, without a look at the content.
absl::Status CheckChunkFile(std::string_view file);

}  // namespace quorate::backup
