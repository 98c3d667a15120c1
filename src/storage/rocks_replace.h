// A replacement of a range, staged as table files beside the database and
// taken in by it at once.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "rocksdb/db.h"
#include "storage/engine.h"

namespace quorate {

// Files are named `prefix`-N; those that were not taken in are removed with
// the result.
std::unique_ptr<EngineReplace> StageRocksReplace(rocksdb::DB* db, std::string prefix,
                                                 std::string_view begin, std::string_view end,
                                                 uint64_t file_bytes_max);

}  // namespace quorate
