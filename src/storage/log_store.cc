#include "storage/log_store.h"

#include <algorithm>
#include <optional>
#include <string>

#include "base/check.h"
#include "base/crash_point.h"
#include "base/error.h"
#include "base/probe.h"
#include "base/strings.h"
#include "storage/aligned_buffer.h"
#include "storage/log_format.h"
#include "storage/log_groups.h"
#include "storage/log_recovery.h"
#include "storage/log_segments.h"
#include "storage/log_stragglers.h"

namespace quorate {
namespace {

constexpr uint64_t kSegmentBlocksMin = 4;

absl::Status CheckOptions(const LogOptions& options) {
  if (options.segment_bytes % kFileBlockBytes == 0 &&
      options.segment_bytes >= kSegmentBlocksMin * kFileBlockBytes) {
    return absl::OkStatus();
  }
  return MakeError(absl::StatusCode::kInvalidArgument, "BAD_OPTION",
                   StrCat("segment_bytes is ", options.segment_bytes, ": use a multiple of ",
                          kFileBlockBytes, ", at least ", kSegmentBlocksMin * kFileBlockBytes));
}

absl::Status CheckEnd(const RecoveredLog& log, uint64_t known_record) {
  const uint64_t last = log.next_sequence - 1;
  if (last >= known_record) return absl::OkStatus();
  return MakeError(
      absl::StatusCode::kDataLoss, "LOG_TAIL_LOST",
      StrCat("the log ends with record ", last, ", and record ", known_record,
             " had been on disk: its end is lost, with what this node had acknowledged, so it does "
             "not start from it: put the whole folder back, or leave the node stopped and keep "
             "what is there; the others go on, and none is rebuilt from them yet"));
}

}  // namespace

class LogStore::Impl {
 public:
  Impl(Files& files, LogOptions options)
      : options_(options), segments_(files, options.segment_bytes, options.spare_segments) {}

  absl::Status Recover(Files& files) {
    const absl::StatusOr<LogSegments::Listing> listing = LogSegments::List(files);
    if (!listing.ok()) return listing.status();
    absl::StatusOr<RecoveredLog> log = RecoverLog(files, listing->segments);
    if (!log.ok()) return log.status();
    if (absl::Status whole = CheckEnd(*log, options_.known_record); !whole.ok()) return whole;
    groups_ = std::move(log->groups);
    recovered_ = std::move(log->entries);
    next_sequence_ = log->next_sequence;
    if (absl::Status s = segments_.Adopt(std::move(log->segments), *listing); !s.ok()) return s;
    // A full disk must not keep a node from reading what it has.
    while (segments_.lacks_spare()) {
      const absl::Status made = segments_.MakeSpare();
      if (absl::IsResourceExhausted(made)) break;
      if (!made.ok()) return made;
    }
    return absl::OkStatus();
  }

  std::vector<RecoveredGroup> TakeRecovered() { return std::move(recovered_); }

  absl::Status Append(const LogBatch& batch) {
    if (!dead_.ok()) return dead_;
    if (absl::Status fits = groups_.Check(batch); !fits.ok()) return fits;
    if (absl::Status dropped = DropDeadSegments(); !dropped.ok()) return dropped;

    RecordParts parts;
    parts.groups = batch.groups;
    const std::vector<GroupPosition> bases =
        OldestIsDead() ? groups_.UnwrittenBases() : std::vector<GroupPosition>();
    parts.bases = bases;
    absl::StatusOr<std::vector<GroupWrite>> copied = Stragglers();
    if (!copied.ok()) return Die(copied.status());
    parts.copied = *copied;
    // Copies make room in the end, but are no reason to need some now.
    if (!copied->empty() && !FitsActive(parts) && !segments_.has_spare()) parts.copied = {};

    if (absl::Status room = MakeRoom(parts); !room.ok()) return room;
    if (absl::Status written = Write(parts); !written.ok()) return written;
    return DropDeadSegments();
  }

  void Release(PartitionId partition, LogIndex index) { groups_.Release(partition, index); }

  LogStats stats() const {
    LogStats stats = stats_;
    stats.segments = segments_.size();
    stats.last_record = next_sequence_ - 1;
    stats.bytes_on_disk = segments_.bytes_on_disk();
    stats.live_bytes = groups_.live_bytes();
    return stats;
  }

  std::optional<Spare> WantedSpare() {
    if (!segments_.lacks_spare()) return std::nullopt;
    return Spare{segments_.ReserveSpareName(), options_.segment_bytes};
  }
  void AddSpare(std::string name) { segments_.AddSpare(std::move(name)); }

 private:
  // After a real failure nothing more is written in this life.
  absl::Status Die(const absl::Status& status) {
    // Room may come back, but what this write left on disk is not known.
    const bool full = absl::IsResourceExhausted(status);
    dead_ = full ? MakeError(absl::StatusCode::kInternal, "DISK_ERROR", ToStd(status.message()),
                             Applied::kUnknown)
                 : status;
    return dead_;
  }

  // Left in every segment, so that what was released can be said, and room be
  // made by it, when all segments are full.
  uint64_t BytesWithReserve(const RecordParts& parts) const {
    return RecordBytes(parts) + BasesRecordBytes(groups_.size() + parts.groups.size());
  }

  bool FitsActive(const RecordParts& parts) {
    if (segments_.empty()) return false;
    const LogSegment& active = segments_.active();
    return active.end_offset + BytesWithReserve(parts) <= active.file->size_bytes();
  }

  bool OldestIsDead() const {
    return segments_.size() > 1 && groups_.Live(segments_.oldest().number).extents == 0;
  }

  absl::Status MakeRoom(RecordParts& parts) {
    if (!segments_.empty() && segments_.active().records == 0) Checkpoint(parts);
    if (FitsActive(parts)) return absl::OkStatus();
    if (!segments_.has_spare() && OldestIsDead()) {
      if (absl::Status freed = FreeOldest(); !freed.ok()) return freed;
    }
    // The checkpoint says all bases.
    parts.bases = {};
    Checkpoint(parts);
    CrashPoint<"log-before-next-segment">();
    const absl::Status started =
        segments_.StartNext(next_sequence_, kFileBlockBytes + BytesWithReserve(parts));
    CrashPoint<"log-after-next-segment">();
    return started.ok() || absl::IsResourceExhausted(started) ? started : Die(started);
  }

  void Checkpoint(RecordParts& parts) {
    checkpoint_ = groups_.Positions();
    parts.checkpoint = checkpoint_;
  }

  // Says the bases in the reserve of the active segment and turns the oldest
  // into a spare.
  absl::Status FreeOldest() {
    Reached<"log: room made from the reserve">();
    const std::vector<GroupPosition> bases = groups_.UnwrittenBases();
    RecordParts parts;
    parts.bases = bases;
    if (segments_.active().records == 0) Checkpoint(parts);
    const LogSegment& active = segments_.active();
    if (active.end_offset + RecordBytes(parts) > active.file->size_bytes()) return absl::OkStatus();
    if (absl::Status written = Write(parts); !written.ok()) return written;
    return DropDeadSegments();
  }

  absl::Status Write(RecordParts& parts) {
    LogSegment& active = segments_.active();
    parts.generation = active.number;
    parts.sequence = next_sequence_;
    const uint64_t bytes = RecordBytes(parts);
    char* const record = buffer_.Reserve(bytes);
    EncodeRecord(parts, record);
    const uint64_t offset = active.end_offset;
    if (absl::Status s = active.file->WriteDurably(offset, {record, bytes}); !s.ok()) {
      return Die(s);
    }
    active.end_offset += bytes;
    ++active.records;
    ++next_sequence_;
    ++stats_.records;
    stats_.bytes_written += bytes;
    for (const GroupWrite& write : parts.copied) stats_.copied_entries += write.entries.size();
    for (const GroupWrite& write : parts.groups) stats_.entries_written += write.entries.size();
    for (const GroupWrite& write : parts.copied) groups_.Apply(write, active.number, offset);
    if (parts.checkpoint || !parts.bases.empty()) groups_.BasesAreDurable();
    for (const GroupWrite& write : parts.groups) groups_.Apply(write, active.number, offset);
    return absl::OkStatus();
  }

  // The oldest goes when nothing in it is needed, a later segment's checkpoint
  // is durable, and so is every base that made its entries unneeded.
  absl::Status DropDeadSegments() {
    while (OldestIsDead() && segments_.active().records > 0 && !groups_.has_unwritten_bases()) {
      CrashPoint<"log-before-segment-dropped">();
      if (absl::Status dropped = segments_.DropOldest(); !dropped.ok()) return Die(dropped);
      CrashPoint<"log-after-segment-dropped">();
      groups_.SegmentsBeforeAreGone(segments_.oldest().number);
    }
    return absl::OkStatus();
  }

  // Once for each segment: what is copied is bounded by what is written.
  absl::StatusOr<std::vector<GroupWrite>> Stragglers() {
    const bool many = segments_.size() > std::max(1u, options_.copy_forward_segments);
    if (!many || OldestIsDead() || looked_for_stragglers_in_ == segments_.active().number) {
      return std::vector<GroupWrite>();
    }
    looked_for_stragglers_in_ = segments_.active().number;
    const uint64_t limit = std::min(options_.copy_forward_bytes, options_.segment_bytes / 4);
    return ReadStragglers(segments_, groups_, limit);
  }

  const LogOptions options_;
  LogSegments segments_;
  LogGroups groups_;
  std::vector<RecoveredGroup> recovered_;
  uint64_t next_sequence_ = 1;
  absl::Status dead_;
  LogStats stats_;
  AlignedBuffer buffer_;
  std::vector<GroupPosition> checkpoint_;
  uint64_t looked_for_stragglers_in_ = 0;
};

LogStore::LogStore(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
LogStore::~LogStore() = default;

absl::StatusOr<std::unique_ptr<LogStore>> LogStore::Open(Files& files, LogOptions options) {
  if (absl::Status good = CheckOptions(options); !good.ok()) return good;
  auto impl = std::make_unique<Impl>(files, options);
  if (absl::Status recovered = impl->Recover(files); !recovered.ok()) return recovered;
  return std::unique_ptr<LogStore>(new LogStore(std::move(impl)));
}

std::vector<RecoveredGroup> LogStore::TakeRecovered() { return impl_->TakeRecovered(); }
absl::Status LogStore::Append(const LogBatch& batch) { return impl_->Append(batch); }
void LogStore::Release(PartitionId partition, LogIndex index) { impl_->Release(partition, index); }
LogStats LogStore::stats() const { return impl_->stats(); }
std::optional<LogStore::Spare> LogStore::WantedSpare() { return impl_->WantedSpare(); }
void LogStore::AddSpare(std::string name) { impl_->AddSpare(std::move(name)); }

}  // namespace quorate
