// Writes what a backup holds into a keyspace.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/synchronization/mutex.h"
#include "backup/folder.h"
#include "backup/record_sum.h"
#include "client/client.h"
#include "quorate/v1/backup.pb.h"
#include "shared_progress.h"

namespace quorate::kvctl {

struct RestoreSettings {
  bool go_on = false;  // only what is missing is written
  uint32_t parallel = 4;
  Level level = Level::kDefault;
};

class Restoring {
 public:
  // All outlive it.
  Restoring(Client& client, const backup::Folder& folder, const v1::BackupManifest& manifest,
            const KeyspaceDescription& target, const RestoreSettings& settings,
            SharedProgress& progress);

  // OK: all of it is written.
  absl::Status Run();

  // What is there now, if nobody else writes.
  const backup::RecordSum& expected() const { return expected_; }
  // The first expiry among that, in microseconds since 1970.
  uint64_t first_expiry_us() const { return first_expiry_us_; }
  uint64_t expired() const { return expired_; }  // records that are not written any more
  uint64_t written() const { return written_; }

 private:
  struct Heap;
  absl::Status RestoreArc(const v1::BackupArc& arc);
  absl::Status RestoreChunk(const v1::ArcChunk& chunk);
  absl::Status WriteHeap(std::vector<v1::Record>& records);
  absl::Status Write(const v1::Record& record, const Record* there,
                     std::map<uint32_t, Heap>& heaps);
  void Send(Heap heap);
  absl::Status WriteInOrder(std::vector<Mutation> writes);
  void Answered(const absl::Status& status, uint64_t records) ABSL_LOCKS_EXCLUDED(mutex_);
  absl::Status failure() const ABSL_LOCKS_EXCLUDED(mutex_);
  ReadOptions read_options() const;

  const backup::Folder& folder_;
  const v1::BackupManifest& manifest_;
  const KeyspaceDescription& target_;
  const RestoreSettings settings_;
  SharedProgress& progress_;
  Keyspace keyspace_;
  Pipeline pipe_;
  std::atomic<uint64_t> expired_ = 0;
  std::atomic<uint64_t> written_ = 0;
  mutable absl::Mutex mutex_;
  absl::Status failed_ ABSL_GUARDED_BY(mutex_);
  backup::RecordSum expected_;             // under mutex_ while it runs
  uint64_t first_expiry_us_ = UINT64_MAX;  // likewise
};

}  // namespace quorate::kvctl
