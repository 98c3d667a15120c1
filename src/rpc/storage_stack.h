// What a node keeps in its data folder, opened in order:
//   <data-dir>/        whose it is, the topology
//   <data-dir>/log/    the log, synced
//   <data-dir>/data/   the state
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "base/env.h"
#include "kv/expired_records.h"
#include "rpc/server_options.h"
#include "rpc/timed_files.h"
#include "storage/engine.h"
#include "storage/files.h"
#include "storage/log_mark.h"
#include "storage/log_store.h"
#include "storage/room_wait.h"

namespace quorate::rpc {

// Where the three are: a folder, or an embedded node's memory.
class Disk {
 public:
  virtual ~Disk() = default;
  // As often as one likes.
  virtual absl::StatusOr<std::shared_ptr<Files>> OpenRoot() = 0;
  // These two after the root was claimed.
  virtual absl::StatusOr<std::shared_ptr<Files>> OpenLog() = 0;
  virtual absl::StatusOr<std::shared_ptr<Engine>> OpenEngine() = 0;

  // What the engine asks before it drops a record.
  const std::shared_ptr<kv::ExpiredRecords>& expired() const { return expired_; }
  // With what the engine waits for room.
  const std::shared_ptr<RoomWait>& room_wait() const { return room_wait_; }

 private:
  const std::shared_ptr<RoomWait> room_wait_ = std::make_shared<RoomWait>();
  const std::shared_ptr<kv::ExpiredRecords> expired_ = std::make_shared<kv::ExpiredRecords>();
};

// options.data_dir, made if it is not there.
std::shared_ptr<Disk> FolderDisk(const ServerOptions& options);

struct StorageStack {
  std::shared_ptr<Files> root;
  std::shared_ptr<Files> log_folder;
  std::unique_ptr<SyncMetrics> sync_metrics;
  std::unique_ptr<TimedFiles> log_files;  // log_folder, timed
  Boot boot;
  std::shared_ptr<kv::ExpiredRecords> expired;  // asked by the engine
  std::shared_ptr<RoomWait> room_wait;          // the engine's
  std::shared_ptr<Engine> engine;
  std::unique_ptr<LogStore> log;
  uint64_t log_record = 0;          // the last in it, as it was found
  std::optional<LogMark> log_mark;  // always there
  std::vector<RecoveredGroup> recovered;
};

// Errors name the folder and the way out: another process's, another cluster's
// or node's, a newer format, damaged.
// `trust_log_tail`: a deliberate bug, see raft::Bugs.
absl::StatusOr<StorageStack> OpenStorage(Disk& disk, const ServerOptions& options, Env& env,
                                         bool trust_log_tail);

}  // namespace quorate::rpc
