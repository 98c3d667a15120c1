// The few live entries that keep an old segment in use, read back so that they
// can be written again at the log's end.
#pragma once

#include <cstdint>
#include <vector>

#include "absl/status/statusor.h"
#include "storage/log_batch.h"
#include "storage/log_groups.h"
#include "storage/log_segments.h"

namespace quorate {

// Each group with something in the oldest segment, whole: a reset to its base
// and all its entries; so that replaying it is exact wherever else
// parts of it stand. Empty if they come to more than `bytes_max`.
absl::StatusOr<std::vector<GroupWrite>> ReadStragglers(LogSegments& segments,
                                                       const LogGroups& groups, uint64_t bytes_max);

}  // namespace quorate
