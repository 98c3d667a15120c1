#include "storage/rocks_replace.h"

#include <filesystem>
#include <optional>
#include <system_error>
#include <utility>
#include <vector>

#include "base/check.h"
#include "base/strings.h"
#include "rocksdb/sst_file_writer.h"
#include "storage/replacement.h"
#include "storage/rocks_status.h"

namespace quorate {
namespace {

rocksdb::Slice ToSlice(std::string_view bytes) { return {bytes.data(), bytes.size()}; }

// Each file deletes what stands in its own part of the range (a deletion
// doesn't touch the keys of its own file), so the files don't overlap and
// together replace the whole.
class RocksReplace : public EngineReplace {
 public:
  RocksReplace(rocksdb::DB* db, std::string prefix, std::string_view begin, std::string_view end,
               uint64_t file_bytes_max)
      : db_(db),
        options_(db->GetOptions()),
        prefix_(std::move(prefix)),
        begin_(begin),
        end_(end),
        file_bytes_max_(file_bytes_max),
        part_begin_(begin) {}

  ~RocksReplace() override {
    writer_.reset();
    for (const std::string& file : files_) {
      std::error_code ignored;  // the next start clears the folder
      std::filesystem::remove(file, ignored);
    }
  }

  absl::Status Add(std::string_view key, std::string_view value) override {
    QUORATE_CHECK(!committed_, "nothing is added to a replacement after its commit");
    if (absl::Status fits = CheckReplacementKey(key, last_, begin_, end_); !fits.ok()) return fits;
    if (writer_ != nullptr && writer_->FileSize() >= file_bytes_max_) {
      if (absl::Status closed = CloseFile(key); !closed.ok()) return closed;
    }
    if (absl::Status opened = OpenFile(); !opened.ok()) return opened;
    last_ = std::string(key);
    return FromRocks(writer_->Put(ToSlice(key), ToSlice(value)), "write", files_.back());
  }

  absl::Status Commit() override {
    QUORATE_CHECK(!committed_, "a replacement is committed once");
    if (absl::Status opened = OpenFile(); !opened.ok()) return opened;
    if (absl::Status closed = CloseFile(end_); !closed.ok()) return closed;
    rocksdb::IngestExternalFileOptions ingest;
    ingest.move_files = true;
    ingest.write_global_seqno = false;
    // One file alone gets a number of its own only where something stands in its range,
    // so that older views keep seeing that. Where nothing does (a replica that is new),
    // it would else get one for any view of other ranges, and be rewritten as soon as
    // that is let go: twice the work for each replica that moves. Of several files some
    // could get one and others not, and a view would see both.
    ingest.snapshot_consistency = files_.size() > 1;
    const rocksdb::Status taken = db_->IngestExternalFile(files_, ingest);
    committed_ = taken.ok();
    return FromRocks(taken, "take in", prefix_);
  }

 private:
  absl::Status OpenFile() {
    if (writer_ != nullptr) return absl::OkStatus();
    // Of the priority that fails rather than wait for room: it can be begun anew.
    writer_ = std::make_unique<rocksdb::SstFileWriter>(rocksdb::EnvOptions(options_), options_,
                                                       nullptr, true, rocksdb::Env::IO_LOW);
    files_.push_back(StrCat(prefix_, "-", files_.size()));
    return FromRocks(writer_->Open(files_.back()), "create", files_.back());
  }

  absl::Status CloseFile(std::string_view part_end) {
    rocksdb::Status status = writer_->DeleteRange(part_begin_, ToSlice(part_end));
    if (status.ok()) status = writer_->Finish();
    writer_.reset();
    part_begin_ = std::string(part_end);
    return FromRocks(status, "finish", files_.back());
  }

  rocksdb::DB* const db_;
  const rocksdb::Options options_;
  const std::string prefix_, begin_, end_;
  const uint64_t file_bytes_max_;
  std::unique_ptr<rocksdb::SstFileWriter> writer_;  // of files_.back()
  std::vector<std::string> files_;
  std::string part_begin_;
  std::optional<std::string> last_;
  bool committed_ = false;
};

}  // namespace

std::unique_ptr<EngineReplace> StageRocksReplace(rocksdb::DB* db, std::string prefix,
                                                 std::string_view begin, std::string_view end,
                                                 uint64_t file_bytes_max) {
  return std::make_unique<RocksReplace>(db, std::move(prefix), begin, end, file_bytes_max);
}

}  // namespace quorate
