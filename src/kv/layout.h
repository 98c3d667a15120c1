// Where a partition's records stand in the engine: a contiguous range that
// starts with the partition's id, so it is moved and dropped as one.
//   8 bytes  partition id, big endian
//   1 byte   0x01 the partition's own record (see AppliedState), 0x02 a key
//   the key
#pragma once

#include <string>
#include <string_view>

#include "base/ids.h"

namespace quorate::kv {

std::string PartitionBegin(PartitionId partition);
std::string PartitionEnd(PartitionId partition);  // exclusive
std::string AppliedKey(PartitionId partition);
std::string RecordKey(PartitionId partition, std::string_view key);
// The first stored key behind all records of the partition.
std::string RecordsEnd(PartitionId partition);
// Whose range a stored key is in.
PartitionId PartitionOf(std::string_view stored);
// The user's key within a stored one of RecordKey's form.
std::string_view UserKey(std::string_view stored);

}  // namespace quorate::kv
