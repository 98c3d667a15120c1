// What a node keeps in its data folder, opened in order:
//   <data-dir>/        whose it is, the topology
//   <data-dir>/log/    the log, synced
//   <data-dir>/data/   the state
#pragma once

#include <memory>
#include <vector>

#include "absl/status/statusor.h"
#include "base/env.h"
#include "kv/expired_records.h"
#include "rpc/server_options.h"
#include "rpc/timed_files.h"
#include "storage/engine.h"
#include "storage/files.h"
#include "storage/log_store.h"

namespace quorate::rpc {

struct StorageStack {
  std::unique_ptr<Files> root;
  std::unique_ptr<Files> log_folder;
  std::unique_ptr<SyncMetrics> sync_metrics;
  std::unique_ptr<TimedFiles> log_files;  // log_folder, timed
  Boot boot;
  std::unique_ptr<kv::ExpiredRecords> expired;  // asked by the engine
  std::unique_ptr<Engine> engine;
  std::unique_ptr<LogStore> log;
  std::vector<RecoveredGroup> recovered;
};

// Errors name the folder and the way out: another process's, another cluster's
// or node's, a newer format, damaged.
absl::StatusOr<StorageStack> OpenStorage(const ServerOptions& options, Env& env);

}  // namespace quorate::rpc
