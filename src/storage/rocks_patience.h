// RocksDB's files on a disk that may be full. A flush that failed for want of room
// would leave the database refusing every write; here it waits for room, while
// memtables take what comes (the log has all of it).
#pragma once

#include <memory>

#include "rocksdb/file_system.h"
#include "storage/room_wait.h"

namespace quorate {

// Files as those of `target`, but for writing beyond the disk's end, which waits with
// `room`. What only tidies up (IO_LOW: compactions; staged replacements) fails instead,
// and gives back what it had taken: others may be waiting for just that.
std::shared_ptr<rocksdb::FileSystem> WithPatience(std::shared_ptr<rocksdb::FileSystem> target,
                                                  std::shared_ptr<RoomWait> room);

}  // namespace quorate
