// Files that count their synced writes and how long each took: the numbers
// behind quorate_log_syncs_total and quorate_log_sync_seconds.
#pragma once

#include <atomic>
#include <memory>
#include <string>
#include <vector>

#include "base/env.h"
#include "base/metrics.h"
#include "storage/files.h"

namespace quorate::rpc {

struct SyncMetrics {
  Counter bytes;
  Counter failed;
  LatencyHistogram latency;
  std::atomic<int64_t> began_ns{0};  // of the write under way, by Monotonic; 0: none

  // How long the write under way has taken.
  absl::Duration Running(const Env& env) const;
  void WriteTo(MetricsPage& page) const;
};

// Passes everything on to `files`; both must outlive it.
class TimedFiles : public Files {
 public:
  TimedFiles(Files& files, Env& env, SyncMetrics& metrics)
      : files_(files), env_(env), metrics_(metrics) {}

  absl::StatusOr<std::vector<std::string>> List() override { return files_.List(); }
  absl::StatusOr<std::unique_ptr<BlockFile>> Create(std::string_view name,
                                                    uint64_t size_bytes) override;
  absl::StatusOr<std::unique_ptr<BlockFile>> Open(std::string_view name) override;
  absl::Status Rename(std::string_view from, std::string_view to) override {
    return files_.Rename(from, to);
  }
  absl::Status Remove(std::string_view name) override { return files_.Remove(name); }
  absl::Status ReplaceDurably(std::string_view name, std::string_view contents) override {
    return files_.ReplaceDurably(name, contents);
  }
  absl::StatusOr<std::string> ReadWhole(std::string_view name) override {
    return files_.ReadWhole(name);
  }
  absl::StatusOr<uint64_t> FreeBytes() override { return files_.FreeBytes(); }

 private:
  absl::StatusOr<std::unique_ptr<BlockFile>> Timed(absl::StatusOr<std::unique_ptr<BlockFile>> file);

  Files& files_;
  Env& env_;
  SyncMetrics& metrics_;
};

}  // namespace quorate::rpc
