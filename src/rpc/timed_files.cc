#include "rpc/timed_files.h"

#include <utility>

namespace quorate::rpc {
namespace {

class TimedFile : public BlockFile {
 public:
  TimedFile(std::unique_ptr<BlockFile> file, Env& env, SyncMetrics& metrics)
      : file_(std::move(file)), env_(env), metrics_(metrics) {}

  uint64_t size_bytes() const override { return file_->size_bytes(); }

  absl::Status WriteDurably(uint64_t offset, std::string_view bytes) override {
    const absl::Duration began = env_.Monotonic();
    metrics_.began_ns.store(absl::ToInt64Nanoseconds(began), std::memory_order_relaxed);
    absl::Status written = file_->WriteDurably(offset, bytes);
    metrics_.began_ns.store(0, std::memory_order_relaxed);
    metrics_.latency.Record(env_.Monotonic() - began);
    metrics_.bytes.Add(bytes.size());
    if (!written.ok()) metrics_.failed.Add();
    return written;
  }

  absl::StatusOr<std::string> Read(uint64_t offset, uint64_t size_bytes) override {
    return file_->Read(offset, size_bytes);
  }

 private:
  std::unique_ptr<BlockFile> file_;
  Env& env_;
  SyncMetrics& metrics_;
};

}  // namespace

absl::Duration SyncMetrics::Running(const Env& env) const {
  const int64_t began = began_ns.load(std::memory_order_relaxed);
  if (began == 0) return absl::ZeroDuration();
  return env.Monotonic() - absl::Nanoseconds(began);
}

void SyncMetrics::WriteTo(MetricsPage& page) const {
  page.AddCounter("quorate_log_syncs_total", "Writes to the log that were synced.",
                  static_cast<double>(latency.count()));
  page.AddCounter("quorate_log_sync_failures_total", "Synced writes that failed.",
                  static_cast<double>(failed.value()));
  page.AddCounter("quorate_log_written_bytes_total", "Bytes written to the log, padding included.",
                  static_cast<double>(bytes.value()));
  page.AddHistogram("quorate_log_sync_seconds", "How long a synced write to the log took.",
                    latency);
}

absl::StatusOr<std::unique_ptr<BlockFile>> TimedFiles::Timed(
    absl::StatusOr<std::unique_ptr<BlockFile>> file) {
  if (!file.ok()) return file.status();
  return std::make_unique<TimedFile>(*std::move(file), env_, metrics_);
}

absl::StatusOr<std::unique_ptr<BlockFile>> TimedFiles::Create(std::string_view name,
                                                              uint64_t size_bytes) {
  return Timed(files_.Create(name, size_bytes));
}

absl::StatusOr<std::unique_ptr<BlockFile>> TimedFiles::Open(std::string_view name) {
  return Timed(files_.Open(name));
}

}  // namespace quorate::rpc
