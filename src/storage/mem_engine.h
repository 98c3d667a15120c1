// The simulator's engine: a map in memory that a crash takes back to what was
// flushed. As RocksDB does, it also flushes by itself, at moments that the
// seed decides, so that a crash may leave the state after any write.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "base/random.h"
#include "storage/engine.h"

namespace quorate {

struct MemEngineOptions {
  uint64_t seed = 1;
  // After each write, with this probability.
  double flush_chance = 0.02;
  const EngineFilter* filter = nullptr;  // asked at each flush; outlives the engine
};

class MemEngine : public Engine {
 public:
  using Map = std::map<std::string, std::string, std::less<>>;

  explicit MemEngine(MemEngineOptions options = {});

  absl::Status Write(const EngineBatch& batch) override;
  absl::StatusOr<std::optional<std::string>> Get(std::string_view key) const override;
  std::unique_ptr<EngineIterator> Scan(std::string_view begin, std::string_view end) const override;
  std::unique_ptr<EngineView> View() const override;
  absl::StatusOr<std::optional<std::string>> GetDurable(std::string_view key) const override;
  absl::Status Flush() override;
  absl::StatusOr<std::unique_ptr<EngineReplace>> BeginReplace(std::string_view begin,
                                                              std::string_view end) override;
  EngineStats stats() const override;

  // Back to what was durable; ends the faults. Views and iterators live on.
  void Crash();
  // Faults: every write, flush and replacement is refused until called with false.
  void SetFull(bool full);
  void SetFailing(bool failing);

 private:
  friend class MemReplace;

  absl::Status CommitReplace(const EngineBatch& batch);
  absl::Status Refusal() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void ApplyCurrent(const EngineBatch& batch) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void FlushLocked() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void DropFiltered() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  std::shared_ptr<const Map> Current() const;

  const MemEngineOptions options_;
  mutable absl::Mutex mutex_;
  // Copied before it is changed if a view or an iterator still reads it.
  std::shared_ptr<Map> current_ ABSL_GUARDED_BY(mutex_);
  Map durable_ ABSL_GUARDED_BY(mutex_);
  std::vector<EngineBatch> unflushed_ ABSL_GUARDED_BY(mutex_);
  uint64_t flushes_ ABSL_GUARDED_BY(mutex_) = 0;
  bool full_ ABSL_GUARDED_BY(mutex_) = false;
  bool failing_ ABSL_GUARDED_BY(mutex_) = false;
  Random random_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace quorate
