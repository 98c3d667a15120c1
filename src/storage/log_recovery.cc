#include "storage/log_recovery.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include "base/error.h"
#include "base/probe.h"
#include "base/strings.h"
#include "storage/log_format.h"
#include "storage/log_replay.h"

namespace quorate {
namespace {

constexpr uint64_t kReadAheadBytes = 1 << 20;

constexpr std::string_view kWayOut =
    "; what it held may have been acknowledged, so this node does not start from it: keep its data "
    "folder; the others go on, and none is rebuilt from them yet";

absl::Status Damaged(uint64_t segment, uint64_t offset, std::string_view what) {
  return MakeError(absl::StatusCode::kDataLoss, "LOG_DAMAGED",
                   StrCat("log file ", SegmentName(segment), " is damaged at byte ", offset, ": ",
                          what, kWayOut));
}

// Reads a segment from front to back with few large reads.
class SegmentReader {
 public:
  SegmentReader(BlockFile& file, uint64_t generation) : file_(file), generation_(generation) {}

  // The record at `offset` with its padding; nullopt: none that is intact.
  // Valid until the next call.
  absl::StatusOr<std::optional<std::string_view>> Record(uint64_t offset) {
    if (offset + kFileBlockBytes > file_.size_bytes()) return std::nullopt;
    absl::StatusOr<std::string_view> block = View(offset, kFileBlockBytes);
    if (!block.ok()) return block.status();
    const std::optional<uint64_t> bytes = PeekRecordBytes(*block, generation_);
    if (!bytes || *bytes > file_.size_bytes() - offset) return std::nullopt;
    absl::StatusOr<std::string_view> record = View(offset, *bytes);
    if (!record.ok()) return record.status();
    if (RecordIsIntact(*record, generation_)) return *record;
    saw_torn_ = true;
    return std::nullopt;
  }
  // Whether a record began like one of this segment's and was not intact.
  bool saw_torn() const { return saw_torn_; }

 private:
  absl::StatusOr<std::string_view> View(uint64_t offset, uint64_t bytes) {
    if (offset < start_ || offset + bytes > start_ + window_.size()) {
      const uint64_t size = std::min(std::max(bytes, kReadAheadBytes), file_.size_bytes() - offset);
      absl::StatusOr<std::string> read = file_.Read(offset, size);
      if (!read.ok()) return read.status();
      window_ = *std::move(read);
      start_ = offset;
    }
    return std::string_view(window_).substr(offset - start_, bytes);
  }

  BlockFile& file_;
  const uint64_t generation_;
  std::string window_;
  uint64_t start_ = 0;
  bool saw_torn_ = false;
};

// The first intact record at or behind `offset`, at any block.
absl::StatusOr<std::optional<uint64_t>> FindIntact(SegmentReader& reader, uint64_t offset,
                                                   uint64_t end) {
  for (; offset < end; offset += kFileBlockBytes) {
    const auto record = reader.Record(offset);
    if (!record.ok()) return record.status();
    if (record->has_value()) return offset;
  }
  return std::nullopt;
}

// nullopt: the segment was made ready and never used.
absl::StatusOr<std::optional<LogSegment>> OpenSegment(Files& files, uint64_t number,
                                                      bool is_newest) {
  LogSegment segment;
  segment.number = number;
  absl::StatusOr<std::unique_ptr<BlockFile>> file = files.Open(SegmentName(number));
  if (!file.ok()) return file.status();
  segment.file = *std::move(file);
  std::optional<SegmentHeader> header;
  if (segment.file->size_bytes() >= kFileBlockBytes) {
    const absl::StatusOr<std::string> block = segment.file->Read(0, kFileBlockBytes);
    if (!block.ok()) return block.status();
    const auto decoded = DecodeSegmentHeader(*block, number);
    if (!decoded.ok()) return decoded.status();
    header = *decoded;
  }
  if (header) {
    segment.first_sequence = header->first_sequence;
    return segment;
  }
  if (!is_newest) return Damaged(number, 0, "its header is not intact");
  SegmentReader reader(*segment.file, number);
  const auto used = FindIntact(reader, kFileBlockBytes, segment.file->size_bytes());
  if (!used.ok()) return used.status();
  if (used->has_value()) {
    return Damaged(number, 0,
                   StrCat("its header is not intact, but the record at byte ", **used, " is"));
  }
  return std::nullopt;
}

class Recovery {
 public:
  explicit Recovery(Files& files) : files_(files) {}

  absl::StatusOr<RecoveredLog> Run(const std::vector<uint64_t>& numbers) {
    if (absl::Status opened = OpenAll(numbers); !opened.ok()) return opened;
    if (!log_.segments.empty()) log_.next_sequence = log_.segments.front().first_sequence;
    for (size_t i = 0; i < log_.segments.size(); ++i) {
      const bool is_last = i + 1 == log_.segments.size();
      const absl::Status read =
          is_last ? ReadLast(log_.segments[i])
                  : ReadUpTo(log_.segments[i], log_.segments[i + 1].first_sequence);
      if (!read.ok()) return read;
    }
    if (absl::Status complete = CheckComplete(); !complete.ok()) return complete;
    log_.entries = replay_.TakeEntries();
    log_.groups = replay_.TakeGroups();
    return std::move(log_);
  }

 private:
  absl::Status OpenAll(const std::vector<uint64_t>& numbers) {
    for (const uint64_t number : numbers) {
      auto segment = OpenSegment(files_, number, number == numbers.back());
      if (!segment.ok()) return segment.status();
      if (segment->has_value()) log_.segments.push_back(**std::move(segment));
    }
    return absl::OkStatus();
  }

  // All records before `next_sequence`, where the next segment goes on. What
  // stands behind was cut off as a torn tail by an earlier start and stays so.
  absl::Status ReadUpTo(LogSegment& segment, uint64_t next_sequence) {
    SegmentReader reader(*segment.file, segment.number);
    while (log_.next_sequence < next_sequence) {
      absl::StatusOr<bool> intact = ReadOne(segment, reader);
      if (!intact.ok()) return intact.status();
      if (!*intact) {
        return Damaged(
            segment.number, segment.end_offset,
            StrCat("record ", log_.next_sequence,
                   " is not intact, and a later segment goes on at record ", next_sequence));
      }
    }
    if (log_.next_sequence == next_sequence) return absl::OkStatus();
    return Damaged(segment.number, segment.end_offset, "the segment behind it starts too early");
  }

  absl::Status ReadLast(LogSegment& segment) {
    SegmentReader reader(*segment.file, segment.number);
    for (;;) {
      absl::StatusOr<bool> intact = ReadOne(segment, reader);
      if (!intact.ok()) return intact.status();
      if (!*intact) break;
    }
    if (reader.saw_torn()) Reached<"log: torn record cut off">();
    // A write that was under way may have left some of its blocks, and nothing
    // is written before the one before it is durable: so whatever is intact
    // behind was written after this record, and it was whole once.
    const auto later = FindIntact(reader, segment.end_offset, segment.file->size_bytes());
    if (!later.ok()) return later.status();
    if (!later->has_value()) return absl::OkStatus();
    return Damaged(segment.number, segment.end_offset,
                   StrCat("record ", log_.next_sequence,
                          " is not intact, but the later one at byte ", **later, " is"));
  }

  // False: there is no intact record at the segment's end so far.
  absl::StatusOr<bool> ReadOne(LogSegment& segment, SegmentReader& reader) {
    const auto bytes = reader.Record(segment.end_offset);
    if (!bytes.ok()) return bytes.status();
    if (!bytes->has_value() || RecordSequence(**bytes) != log_.next_sequence) return false;
    absl::StatusOr<DecodedRecord> record = DecodeRecord(**bytes);
    if (!record.ok()) return record.status();
    if (record->checkpoint != (segment.records == 0)) {
      return Damaged(segment.number, segment.end_offset, "a checkpoint stands where none should");
    }
    const uint64_t size = record->bytes;
    const absl::Status applied =
        replay_.Apply(*std::move(record), segment.number, segment.end_offset);
    if (!applied.ok()) return Damaged(segment.number, segment.end_offset, ToStd(applied.message()));
    segment.end_offset += size;
    ++segment.records;
    ++log_.next_sequence;
    return true;
  }

  absl::Status CheckComplete() {
    if (log_.segments.empty()) return absl::OkStatus();
    const LogSegment& oldest = log_.segments.front();
    // Older segments go only when a newer one's checkpoint is durable.
    if (oldest.first_sequence > 1 && log_.next_sequence == oldest.first_sequence) {
      return Damaged(oldest.number, kFileBlockBytes, "its first record is not intact");
    }
    const absl::Status complete = replay_.Finish();
    return complete.ok() ? complete : Damaged(oldest.number, 0, ToStd(complete.message()));
  }

  Files& files_;
  LogReplay replay_;
  RecoveredLog log_;
};

}  // namespace

absl::StatusOr<RecoveredLog> RecoverLog(Files& files, const std::vector<uint64_t>& numbers) {
  return Recovery(files).Run(numbers);
}

}  // namespace quorate
