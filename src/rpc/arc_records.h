// What one replica of a partition holds at a frozen moment, record by record, as
// backups have them (ArcChunk in backup.proto).
#pragma once

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "base/ids.h"
#include "base/level.h"
#include "kv/command.h"
#include "quorate/v1/kv.pb.h"
#include "storage/engine.h"

namespace quorate::rpc {

class ArcRecords {
 public:
  virtual ~ArcRecords() = default;
  // The next in the order of keys; false at the end. DATA_LOSS: one is damaged.
  virtual absl::StatusOr<bool> Next(v1::Record& record) = 0;
};

// Of mode raft, without what has expired at `time_us`, the partition's own time.
std::unique_ptr<ArcRecords> RaftRecords(PartitionId partition, std::unique_ptr<EngineView> view,
                                        uint64_t time_us);
// Of mode quorum, with what has expired, by whatever clock, and is still kept: who
// restores has a clock, too. `scope`: see ContextScope.
std::unique_ptr<ArcRecords> LeaderlessRecords(PartitionId partition,
                                              std::unique_ptr<EngineView> view, Conflict conflict,
                                              std::string scope);

// As a read told it, without what means nothing elsewhere. False: it holds nothing, a
// set without elements for one.
bool TakeForBackup(kv::Record shown, v1::Record& record);

}  // namespace quorate::rpc
