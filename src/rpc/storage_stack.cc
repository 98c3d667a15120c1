#include "rpc/storage_stack.h"

#include <filesystem>
#include <string>
#include <system_error>
#include <utility>

#include "base/error.h"
#include "base/strings.h"
#include "storage/data_dir.h"
#include "storage/posix_files.h"
#include "storage/rocks_engine.h"

namespace quorate::rpc {
namespace {

absl::Status MakeParents(const std::string& path) {
  std::error_code error;
  std::filesystem::create_directories(path, error);
  if (!error) return absl::OkStatus();
  return MakeError(absl::StatusCode::kFailedPrecondition, "NO_DATA_DIR",
                   StrCat("cannot make the folder ", path, ": ", error.message(),
                          "; name another with --data-dir"));
}

RocksEngineOptions EngineOptionsOf(const ServerOptions& options) {
  RocksEngineOptions engine;
  engine.memtable_bytes = options.memtable_bytes;
  engine.block_cache_bytes = options.block_cache_bytes;
  return engine;
}

// There once log and data have been made: from then on neither may be missing.
constexpr char kComplete[] = "complete";

class OnFolder : public Disk {
 public:
  OnFolder(std::string path, const RocksEngineOptions& engine)
      : path_(std::move(path)), engine_(engine) {}

  absl::StatusOr<std::shared_ptr<Files>> OpenRoot() override {
    if (root_ != nullptr) return root_;
    if (absl::Status made = MakeParents(path_); !made.ok()) return made;
    auto root = OpenFolder(path_);
    if (!root.ok()) return root.status();
    root_ = *std::move(root);
    complete_ = root_->ReadWhole(kComplete).ok();
    return root_;
  }
  absl::StatusOr<std::shared_ptr<Files>> OpenLog() override {
    auto log = OpenFolder(path_ + "/log");
    if (!log.ok() || !complete_) return log;
    const auto names = (*log)->List();
    if (!names.ok()) return names.status();
    if (names->empty()) return Incomplete("log");
    return log;
  }
  absl::StatusOr<std::shared_ptr<Engine>> OpenEngine() override {
    RocksEngineOptions options = engine_;
    options.filter = expired().get();
    options.room_wait = room_wait();
    const std::string folder = path_ + "/data";
    if (complete_ && !std::filesystem::exists(folder + "/CURRENT")) return Incomplete("data");
    auto engine = OpenRocksEngine(folder, options);
    if (!engine.ok() || complete_) return engine;
    if (absl::Status kept = root_->ReplaceDurably(kComplete, "log and data are here\n"); !kept.ok())
      return kept;
    return engine;
  }

 private:
  // To begin anew would be to have forgotten votes, promises and acknowledgements.
  absl::Status Incomplete(std::string_view part) const {
    return MakeError(absl::StatusCode::kDataLoss, "DATA_FOLDER_INCOMPLETE",
                     StrCat("the folder ", path_, " was a node's, and its part ", part,
                            " is gone: put it back"));
  }

  const std::string path_;
  const RocksEngineOptions engine_;
  std::shared_ptr<Files> root_;
  bool complete_ = false;
};

}  // namespace

std::shared_ptr<Disk> FolderDisk(const ServerOptions& options) {
  return std::make_shared<OnFolder>(options.data_dir, EngineOptionsOf(options));
}

absl::StatusOr<StorageStack> OpenStorage(Disk& disk, const ServerOptions& options, Env& env,
                                         bool trust_log_tail) {
  StorageStack stack;
  auto root = disk.OpenRoot();
  if (!root.ok()) return root.status();
  stack.root = *std::move(root);
  const auto boot =
      ClaimDataDir(*stack.root, {options.cluster_id, NodeId(options.node_id)}, env.Random());
  if (!boot.ok()) return boot.status();
  stack.boot = *boot;

  auto log_folder = disk.OpenLog();
  if (!log_folder.ok()) return log_folder.status();
  stack.log_folder = *std::move(log_folder);
  stack.sync_metrics = std::make_unique<SyncMetrics>();
  stack.log_files = std::make_unique<TimedFiles>(*stack.log_folder, env, *stack.sync_metrics);
  LogOptions log_options;
  log_options.segment_bytes = options.log_segment_bytes;
  log_options.spare_segments = static_cast<uint32_t>(options.log_spare_segments);
  auto mark = LogMark::Open(*stack.root);
  if (!mark.ok()) return mark.status();
  stack.log_mark = *std::move(mark);
  if (!trust_log_tail) log_options.known_record = stack.log_mark->record();
  auto log = LogStore::Open(*stack.log_files, log_options);
  if (!log.ok()) return log.status();
  stack.log = *std::move(log);
  stack.log_record = stack.log->stats().last_record;
  stack.recovered = stack.log->TakeRecovered();

  stack.expired = disk.expired();
  stack.expired->Clear();
  stack.room_wait = disk.room_wait();
  auto engine = disk.OpenEngine();
  if (!engine.ok()) return engine.status();
  stack.engine = *std::move(engine);
  return stack;
}

}  // namespace quorate::rpc
