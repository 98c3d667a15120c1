#include "storage/rocks_engine.h"

#include <atomic>
#include <filesystem>
#include <system_error>
#include <utility>

#include "absl/container/inlined_vector.h"
#include "base/error.h"
#include "base/strings.h"
#include "rocksdb/cache.h"
#include "rocksdb/compaction_filter.h"
#include "rocksdb/db.h"
#include "rocksdb/filter_policy.h"
#include "rocksdb/listener.h"
#include "rocksdb/sst_file_manager.h"
#include "rocksdb/table.h"
#include "rocksdb/write_batch.h"
#include "storage/replacement.h"
#include "storage/rocks_memtable.h"
#include "storage/rocks_patience.h"
#include "storage/rocks_replace.h"
#include "storage/rocks_status.h"

namespace quorate {
namespace {

rocksdb::Slice ToSlice(std::string_view bytes) { return {bytes.data(), bytes.size()}; }
std::string_view ToView(const rocksdb::Slice& slice) { return {slice.data(), slice.size()}; }

constexpr size_t kSnapshotReadaheadBytes = 2 << 20;
constexpr uint64_t kFileSyncBytes = 1 << 20;

class FlushCounter : public rocksdb::EventListener {
 public:
  void OnFlushCompleted(rocksdb::DB*, const rocksdb::FlushJobInfo&) override { ++count_; }
  uint64_t count() const { return count_; }

 private:
  std::atomic<uint64_t> count_{0};
};

// So that nothing waits for ever in files that no compaction touches.
constexpr uint64_t kFilterAllEverySeconds = 24 * 3600;

// Also drops what older snapshots still saw: whoever holds one has told the filter.
class FilterAdapter : public rocksdb::CompactionFilter {
 public:
  explicit FilterAdapter(const EngineFilter& filter) : filter_(filter) {}
  bool Filter(int, const rocksdb::Slice& key, const rocksdb::Slice& value, std::string*,
              bool*) const override {
    return filter_.Drops(ToView(key), ToView(value));
  }
  const char* Name() const override { return "quorate.EngineFilter"; }

 private:
  const EngineFilter& filter_;
};

rocksdb::Options ToRocks(const RocksEngineOptions& options,
                         std::shared_ptr<HashedMemtables> memtables,
                         std::shared_ptr<rocksdb::EventListener> listener, rocksdb::Env* env) {
  rocksdb::BlockBasedTableOptions table;
  table.block_cache = rocksdb::NewLRUCache(options.block_cache_bytes);
  table.filter_policy.reset(rocksdb::NewBloomFilterPolicy(10, false));
  table.format_version = 5;

  rocksdb::Options rocks;
  rocks.env = env;
  rocks.create_if_missing = true;
  rocks.paranoid_checks = true;
  rocks.write_buffer_size = options.memtable_bytes;
  rocks.max_write_buffer_number = options.memtables_max;
  rocks.memtable_factory = std::move(memtables);
  rocks.allow_concurrent_memtable_write = false;
  rocks.max_background_jobs = options.background_jobs;
  rocks.compression = rocksdb::kLZ4Compression;
  rocks.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
  rocks.listeners.push_back(std::move(listener));
  // A little at a time, so that no sync at the end of a large file takes long.
  rocks.bytes_per_sync = kFileSyncBytes;
  rocks.info_log_level = rocksdb::WARN_LEVEL;
  rocks.keep_log_file_num = 4;
  rocks.max_log_file_size = 4 << 20;
  // Lets a full disk heal without a restart.
  rocks.sst_file_manager.reset(rocksdb::NewSstFileManager(rocks.env));
  return rocks;
}

class RocksIterator : public EngineIterator {
 public:
  // `snapshot`: nullptr for the present.
  RocksIterator(rocksdb::DB* db, const std::string& path, std::string_view begin,
                std::string_view end, const rocksdb::Snapshot* snapshot)
      : path_(path), begin_(begin), end_(end), end_slice_(end_) {
    rocksdb::ReadOptions read;
    read.iterate_upper_bound = &end_slice_;
    read.snapshot = snapshot;
    // A snapshot is read once and whole, at length: that must not push out of the cache
    // what requests look for.
    read.fill_cache = snapshot == nullptr;
    if (snapshot != nullptr) read.readahead_size = kSnapshotReadaheadBytes;
    iterator_.reset(db->NewIterator(read));
    if (begin_ < end_) iterator_->Seek(begin_);
  }

  bool Valid() const override { return begin_ < end_ && iterator_->Valid(); }
  std::string_view key() const override { return ToView(iterator_->key()); }
  std::string_view value() const override { return ToView(iterator_->value()); }
  void Next() override { iterator_->Next(); }
  absl::Status status() const override { return FromRocks(iterator_->status(), "read", path_); }

 private:
  const std::string path_;
  const std::string begin_, end_;
  const rocksdb::Slice end_slice_;  // the iterator keeps its address
  std::unique_ptr<rocksdb::Iterator> iterator_;
};

absl::StatusOr<std::optional<std::string>> GetAt(rocksdb::DB* db, const std::string& path,
                                                 const rocksdb::ReadOptions& read,
                                                 std::string_view key) {
  std::string value;
  const rocksdb::Status status = db->Get(read, db->DefaultColumnFamily(), ToSlice(key), &value);
  if (status.IsNotFound()) return std::nullopt;
  if (!status.ok()) return FromRocks(status, "read", path);
  return value;
}

class RocksView : public EngineView {
 public:
  RocksView(rocksdb::DB* db, const std::string& path)
      : db_(db), path_(path), snapshot_(db->GetSnapshot()) {}
  ~RocksView() override { db_->ReleaseSnapshot(snapshot_); }

  absl::StatusOr<std::optional<std::string>> Get(std::string_view key) const override {
    rocksdb::ReadOptions read;
    read.snapshot = snapshot_;
    return GetAt(db_, path_, read, key);
  }
  std::unique_ptr<EngineIterator> Scan(std::string_view begin,
                                       std::string_view end) const override {
    return std::make_unique<RocksIterator>(db_, path_, begin, end, snapshot_);
  }

 private:
  rocksdb::DB* const db_;
  const std::string path_;
  const rocksdb::Snapshot* const snapshot_;
};

rocksdb::Status Fill(const EngineBatch& batch, rocksdb::WriteBatch& rocks) {
  rocksdb::Status status;
  for (const EngineBatch::Step& step : batch.steps()) {
    if (const auto* put = std::get_if<EngineBatch::Put>(&step)) {
      status = rocks.Put(ToSlice(put->key), ToSlice(put->value));
    } else if (const auto* one = std::get_if<EngineBatch::Delete>(&step)) {
      status = rocks.Delete(ToSlice(one->key));
    } else {
      const auto& range = std::get<EngineBatch::DeleteRange>(step);
      if (range.begin >= range.end) continue;
      status = rocks.DeleteRange(ToSlice(range.begin), ToSlice(range.end));
    }
    if (!status.ok()) return status;
  }
  return status;
}

using Keys = absl::InlinedVector<std::string_view, 64>;

Keys KeysOf(const EngineBatch& batch) {
  Keys keys;
  keys.reserve(batch.steps().size());
  for (const EngineBatch::Step& step : batch.steps()) {
    if (const auto* put = std::get_if<EngineBatch::Put>(&step)) keys.push_back(put->key);
  }
  return keys;
}

class RocksEngine : public Engine {
 public:
  RocksEngine(std::string path, const RocksEngineOptions& options)
      : path_(std::move(path)),
        staging_(StrCat(path_, "/staging")),
        options_(options),
        memtables_(MakeHashedMemtables(options.memtable_bytes)),
        flushes_(std::make_shared<FlushCounter>()),
        room_(options.room_wait != nullptr ? options.room_wait : std::make_shared<RoomWait>()),
        env_(rocksdb::NewCompositeEnv(WithPatience(rocksdb::FileSystem::Default(), room_))) {
    if (options.filter != nullptr) filter_.emplace(*options.filter);
  }

  ~RocksEngine() override { room_->GiveUp(); }

  absl::Status Open() {
    // What an earlier life staged and didn't commit.
    std::error_code error;
    std::filesystem::remove_all(staging_, error);
    if (!error) std::filesystem::create_directories(staging_, error);
    if (error) {
      return MakeError(absl::StatusCode::kInternal, "DISK_ERROR",
                       StrCat("cannot make folder ", staging_, " anew: ", error.message()));
    }
    rocksdb::DB* db = nullptr;
    rocksdb::Options rocks = ToRocks(options_, memtables_, flushes_, env_.get());
    if (filter_) {
      rocks.compaction_filter = &*filter_;
      rocks.periodic_compaction_seconds = kFilterAllEverySeconds;
    }
    const rocksdb::Status opened = rocksdb::DB::Open(rocks, path_, &db);
    db_.reset(db);
    if (opened.ok()) room_->Begin();
    return FromRocks(opened, "open", path_);
  }

  absl::Status Write(const EngineBatch& batch) override {
    thread_local rocksdb::WriteBatch rocks;  // its memory is used again
    rocks.Clear();
    rocksdb::Status status = Fill(batch, rocks);
    memtables_->Prefetch(KeysOf(batch));
    rocksdb::WriteOptions write;
    write.disableWAL = true;
    if (status.ok()) status = db_->Write(write, &rocks);
    // Memory is used up, and a compaction that found no room counts as a reason not to
    // wait; but nothing was written, and what waits goes on once there is room.
    while (status.IsIncomplete() && room_->Pause()) status = db_->Write(write, &rocks);
    return FromRocks(status, "write to", path_);
  }

  absl::StatusOr<std::optional<std::string>> Get(std::string_view key) const override {
    return GetAt(db_.get(), path_, rocksdb::ReadOptions(), key);
  }

  absl::StatusOr<std::vector<std::optional<std::string>>> GetAll(
      absl::Span<const std::string> keys) const override {
    memtables_->Prefetch(Keys(keys.begin(), keys.end()));
    absl::InlinedVector<rocksdb::Slice, 64> slices;
    for (const std::string& key : keys) slices.push_back(ToSlice(key));
    std::vector<rocksdb::PinnableSlice> values(keys.size());
    std::vector<rocksdb::Status> statuses(keys.size());
    db_->MultiGet(rocksdb::ReadOptions(), db_->DefaultColumnFamily(), keys.size(), slices.data(),
                  values.data(), statuses.data());
    std::vector<std::optional<std::string>> found(keys.size());
    for (size_t i = 0; i < keys.size(); ++i) {
      if (statuses[i].IsNotFound()) continue;
      if (!statuses[i].ok()) return FromRocks(statuses[i], "read", path_);
      found[i] = std::string(ToView(values[i]));
    }
    return found;
  }

  std::unique_ptr<EngineIterator> Scan(std::string_view begin,
                                       std::string_view end) const override {
    return std::make_unique<RocksIterator>(db_.get(), path_, begin, end, nullptr);
  }

  std::unique_ptr<EngineView> View() const override {
    return std::make_unique<RocksView>(db_.get(), path_);
  }

  absl::StatusOr<std::optional<std::string>> GetDurable(std::string_view key) const override {
    rocksdb::ReadOptions read;
    read.read_tier = rocksdb::kPersistedTier;
    return GetAt(db_.get(), path_, read, key);
  }

  absl::Status Flush() override {
    rocksdb::FlushOptions flush;
    flush.allow_write_stall = true;  // else it would wait for a stall to end first
    return FromRocks(db_->Flush(flush), "flush", path_);
  }

  absl::StatusOr<std::unique_ptr<EngineReplace>> BeginReplace(std::string_view begin,
                                                              std::string_view end) override {
    if (absl::Status range = CheckReplacementRange(begin, end); !range.ok()) return range;
    return StageRocksReplace(db_.get(), StrCat(staging_, "/", ++replaces_), begin, end,
                             options_.staged_file_bytes);
  }

  bool WaitsForRoom() const override { return room_->waiting() > 0; }

  uint64_t EstimateBytes(std::string_view begin, std::string_view end) const override {
    const rocksdb::Range range(rocksdb::Slice(begin.data(), begin.size()),
                               rocksdb::Slice(end.data(), end.size()));
    rocksdb::SizeApproximationOptions what;
    what.include_memtables = true;
    uint64_t bytes = 0;
    db_->GetApproximateSizes(what, db_->DefaultColumnFamily(), &range, 1, &bytes);
    return bytes;
  }
  EngineStats stats() const override {
    EngineStats stats;
    stats.data_bytes = Property(rocksdb::DB::Properties::kLiveSstFilesSize);
    stats.memtable_bytes = Property(rocksdb::DB::Properties::kCurSizeAllMemTables);
    stats.flushes = flushes_->count();
    stats.compaction_pending_bytes =
        Property(rocksdb::DB::Properties::kEstimatePendingCompactionBytes);
    stats.block_cache_bytes = Property(rocksdb::DB::Properties::kBlockCacheUsage);
    stats.keys_estimated = Property(rocksdb::DB::Properties::kEstimateNumKeys);
    return stats;
  }

 private:
  uint64_t Property(const std::string& name) const {
    uint64_t value = 0;
    db_->GetIntProperty(name, &value);
    return value;
  }

  const std::string path_, staging_;
  const RocksEngineOptions options_;
  const std::shared_ptr<HashedMemtables> memtables_;
  const std::shared_ptr<FlushCounter> flushes_;
  const std::shared_ptr<RoomWait> room_;
  const std::unique_ptr<rocksdb::Env> env_;
  std::optional<FilterAdapter> filter_;
  std::unique_ptr<rocksdb::DB> db_;
  std::atomic<uint64_t> replaces_{0};
};

}  // namespace

absl::StatusOr<std::unique_ptr<Engine>> OpenRocksEngine(const std::string& path,
                                                        const RocksEngineOptions& options) {
  auto engine = std::make_unique<RocksEngine>(path, options);
  if (absl::Status opened = engine->Open(); !opened.ok()) return opened;
  return engine;
}

}  // namespace quorate
