// RocksDB's errors as ours.
#pragma once

#include <string_view>

#include "absl/status/status.h"
#include "rocksdb/status.h"

namespace quorate {

// `verb` tells what was done to `path`: "write to".
absl::Status FromRocks(const rocksdb::Status& status, std::string_view verb, std::string_view path);

}  // namespace quorate
