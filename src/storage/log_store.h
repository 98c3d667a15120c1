// The node's one log: every group's entries and hard states in shared
// segments. A batch is one checksummed record, one write, one sync.
// docs/log-format.md specifies the bytes.
//
// One thread at a time. In a node that is the log thread; in the simulator
// the one thread there is.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "storage/files.h"
#include "storage/log_batch.h"

namespace quorate {

struct LogOptions {
  uint64_t segment_bytes = 64 << 20;  // a multiple of kFileBlockBytes
  // Spare segments kept zero-filled or recycled, so that a turn never waits
  // for one to be made.
  uint32_t spare_segments = 1;
  // A straggler (a group whose few entries keep the oldest segment in use) is
  // copied forward once more segments than this are in use, and only if the
  // groups in the oldest have no more live bytes than this in all.
  uint32_t copy_forward_segments = 4;
  uint64_t copy_forward_bytes = 1 << 20;
  // A record that once was durable, by its number, whatever the files show: see LogMark.
  uint64_t known_record = 0;
};

struct LogStats {
  uint64_t segments = 0;
  uint64_t bytes_on_disk = 0;  // of segments in use
  uint64_t records = 0;        // written since start; also the number of syncs
  uint64_t last_record = 0;    // sequence number of the last durable record, over all lives
  uint64_t bytes_written = 0;
  uint64_t entries_written = 0;
  uint64_t live_bytes = 0;      // entries not yet released
  uint64_t copied_entries = 0;  // stragglers' entries brought forward
  bool full = false;            // waits for room on the disk (told by LogThread)
};

class LogStore {
 public:
  // Reads what is there. A torn tail is cut; a damaged record that is followed
  // by an intact one is a hole: DATA_LOSS naming file and offset and the way out.
  // So it is where the log ends before known_record (LOG_TAIL_LOST). Nothing on the
  // disk is changed before it is clear that it is whole.
  static absl::StatusOr<std::unique_ptr<LogStore>> Open(Files& files, LogOptions options);
  ~LogStore();

  // What each group has, sorted by partition; moved out, once, after Open.
  std::vector<RecoveredGroup> TakeRecovered();

  // Durable when it returns OK. After an error the log takes nothing more:
  // the node must end (a failed sync is never retried). RESOURCE_EXHAUSTED
  // (disk full, when a new segment was due) leaves the log usable: nothing of
  // the batch was written.
  // A batch that doesn't fit what is there (a removed group, a gap) is refused
  // the same way with FAILED_PRECONDITION or INVALID_ARGUMENT.
  absl::Status Append(const LogBatch& batch);

  // Entries of the group up to `index` are not needed after a crash; segments
  // that hold nothing needed are recycled at the next Append, and a straggler's
  // few live entries are copied forward. Not itself durable: repeated after a
  // restart.
  void Release(PartitionId partition, LogIndex index);

  LogStats stats() const;

  // For who would make spare segments elsewhere, lest an Append has to: the
  // name and size of a file to Create, if one more is wanted; the name comes
  // back once it is there.
  struct Spare {
    std::string name;
    uint64_t size_bytes = 0;
  };
  std::optional<Spare> WantedSpare();
  void AddSpare(std::string name);

 private:
  class Impl;
  explicit LogStore(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace quorate
