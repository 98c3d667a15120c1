// A folder in memory with a disk's faults, the same for the same seed.
//
// What is written is durable when the call returns, as the contract says,
// unless writes are held: between BeginUnsynced and Settle all that happens is
// still under way for the disk, one operation after the other as a real caller
// would have done them, and a Crash() keeps a random part of it:
//
//   files.BeginUnsynced();
//   store->Append(batch);      // at the moment of submission
//   ... virtual time passes; a Crash() here may lose or tear the record
//   files.Settle();            // at the moment of completion
//
// A reboot is a Crash() and a new LogStore on the same SimFiles; handles of
// before the crash fail every call.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "base/random.h"
#include "storage/files.h"

namespace quorate {

// Thread-safe.
class SimFiles : public Files {
  struct Content;

 public:
  explicit SimFiles(uint64_t seed);
  ~SimFiles() override;

  absl::StatusOr<std::vector<std::string>> List() override;
  absl::StatusOr<std::unique_ptr<BlockFile>> Create(std::string_view name,
                                                    uint64_t size_bytes) override;
  absl::StatusOr<std::unique_ptr<BlockFile>> Open(std::string_view name) override;
  absl::Status Rename(std::string_view from, std::string_view to) override;
  absl::Status Remove(std::string_view name) override;
  absl::Status ReplaceDurably(std::string_view name, std::string_view contents) override;
  absl::StatusOr<std::string> ReadWhole(std::string_view name) override;
  absl::StatusOr<uint64_t> FreeBytes() override;

  void BeginUnsynced();
  void Settle();
  // Power loss. Of what is held, a random number of operations happened, the
  // next one in part (a write: any of its sectors), the others not at all.
  void Crash();
  // Whether something is held that a crash may take away.
  bool HasUnsettled() const;

  // Faults; all but the capacity end with the next crash.
  // The next synced write fails; of its sectors any may be written.
  void FailNextSync();
  // All reads fail from now on.
  void FailReads();
  // How much the folder may hold; what would take more is refused as disk full.
  void SetCapacityBytes(uint64_t bytes);
  // Turns one bit over, for good.
  void FlipBit(std::string_view name, uint64_t offset_bytes, int bit);

  // All that is there, to be put back later: a good copy of a disk that goes bad.
  using Image = std::map<std::string, std::shared_ptr<Content>, std::less<>>;
  Image TakeImage() const;
  void PutBack(const Image& image);

  uint64_t used_bytes() const;
  // Successful synced writes so far.
  uint64_t syncs() const;

 private:
  friend class SimBlockFile;

  // One operation that is still under way: how to take it back, and how to
  // have done it in part (called after it was taken back).
  struct Held {
    std::function<void()> undo;
    std::function<void()> tear;
  };

  absl::Status Write(const std::shared_ptr<Content>& content, uint64_t life, uint64_t offset,
                     std::string_view bytes);
  absl::StatusOr<std::string> Read(Content& content, uint64_t life, uint64_t offset,
                                   uint64_t size_bytes);
  void Hold(Held held) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void TakeBackHeld() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // Before a change of the names.
  void HoldNames(std::function<void()> tear) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void WriteSomeSectors(Content& content, uint64_t offset, std::string_view bytes)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  absl::Status Reserve(uint64_t bytes, std::string_view name) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  uint64_t UsedBytes() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  absl::StatusOr<std::shared_ptr<Content>> Find(std::string_view name)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  mutable absl::Mutex mutex_;
  std::map<std::string, std::shared_ptr<Content>, std::less<>> files_ ABSL_GUARDED_BY(mutex_);
  std::vector<Held> held_ ABSL_GUARDED_BY(mutex_);
  bool holding_ ABSL_GUARDED_BY(mutex_) = false;
  bool fail_next_sync_ ABSL_GUARDED_BY(mutex_) = false;
  bool fail_reads_ ABSL_GUARDED_BY(mutex_) = false;
  uint64_t capacity_bytes_ ABSL_GUARDED_BY(mutex_) = UINT64_MAX;
  uint64_t life_ ABSL_GUARDED_BY(mutex_) = 1;  // handles of an earlier one are dead
  uint64_t syncs_ ABSL_GUARDED_BY(mutex_) = 0;
  Random random_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace quorate
