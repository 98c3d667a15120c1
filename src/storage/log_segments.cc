#include "storage/log_segments.h"

#include <algorithm>
#include <charconv>

#include "absl/strings/str_format.h"
#include "base/check.h"
#include "base/error.h"
#include "base/strings.h"
#include "storage/aligned_buffer.h"
#include "storage/log_format.h"

namespace quorate {
namespace {

constexpr std::string_view kSegmentPrefix = "log-";
constexpr std::string_view kSparePrefix = "spare-";

std::string SpareName(uint64_t number) { return absl::StrFormat("%s%010d", kSparePrefix, number); }

std::optional<uint64_t> NumberIn(std::string_view name, std::string_view prefix) {
  uint64_t number = 0;
  if (!name.starts_with(prefix)) return std::nullopt;
  name.remove_prefix(prefix.size());
  const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), number);
  if (error != std::errc() || end != name.data() + name.size()) return std::nullopt;
  return number;
}

// A full disk where the files are no longer as they were: not to be tried again.
absl::Status NotFull(const absl::Status& status) {
  if (!absl::IsResourceExhausted(status)) return status;
  return MakeError(absl::StatusCode::kInternal, "DISK_ERROR", ToStd(status.message()),
                   Applied::kUnknown);
}

}  // namespace

std::string SegmentName(uint64_t number) {
  return absl::StrFormat("%s%010d", kSegmentPrefix, number);
}

absl::StatusOr<LogSegments::Listing> LogSegments::List(Files& files) {
  const absl::StatusOr<std::vector<std::string>> names = files.List();
  if (!names.ok()) return names.status();
  Listing listing;
  for (const std::string& name : *names) {
    if (const auto number = NumberIn(name, kSegmentPrefix)) {
      listing.segments.push_back(*number);
      listing.largest_number = std::max(listing.largest_number, *number);
    } else if (const auto spare = NumberIn(name, kSparePrefix)) {
      listing.spares.push_back(name);
      listing.largest_number = std::max(listing.largest_number, *spare);
    }
  }
  std::sort(listing.segments.begin(), listing.segments.end());
  return listing;
}

LogSegments::LogSegments(Files& files, uint64_t segment_bytes, uint32_t wanted_spares)
    : files_(files), segment_bytes_(segment_bytes), wanted_spares_(wanted_spares) {}

absl::Status LogSegments::Adopt(std::vector<LogSegment> in_use, const Listing& listing) {
  next_number_ = listing.largest_number + 1;
  for (LogSegment& segment : in_use) segments_.push_back(std::move(segment));

  std::vector<std::string> unused = listing.spares;
  for (const uint64_t number : listing.segments) {
    const bool used = std::any_of(segments_.begin(), segments_.end(),
                                  [&](const LogSegment& s) { return s.number == number; });
    if (!used) unused.push_back(SegmentName(number));
  }
  for (const std::string& name : unused) {
    const absl::StatusOr<std::unique_ptr<BlockFile>> file = files_.Open(name);
    if (!file.ok()) return file.status();
    const bool whole = (*file)->size_bytes() == segment_bytes_;
    if (!whole || spares_.size() >= wanted_spares_) {  // half made, or of another configuration
      if (const absl::Status removed = files_.Remove(name); !removed.ok()) return removed;
      continue;
    }
    const std::string spare = ReserveSpareName();
    if (const absl::Status renamed = files_.Rename(name, spare); !renamed.ok()) return renamed;
    AddSpare(spare);
  }
  return absl::OkStatus();
}

LogSegment& LogSegments::at(uint64_t number) {
  const auto it = std::find_if(segments_.begin(), segments_.end(),
                               [&](const LogSegment& s) { return s.number == number; });
  QUORATE_CHECK(it != segments_.end(), "a segment that holds something live is in use");
  return *it;
}

uint64_t LogSegments::bytes_on_disk() const {
  uint64_t bytes = 0;
  for (const LogSegment& segment : segments_) bytes += segment.file->size_bytes();
  return bytes;
}

absl::Status LogSegments::StartNext(uint64_t first_sequence, uint64_t bytes) {
  absl::StatusOr<std::string> file_name = TakeFile(std::max(bytes, segment_bytes_));
  if (!file_name.ok()) return file_name.status();

  LogSegment segment;
  segment.number = next_number_++;
  segment.first_sequence = first_sequence;
  const std::string name = SegmentName(segment.number);
  if (absl::Status s = files_.Rename(*file_name, name); !s.ok()) return NotFull(s);
  absl::StatusOr<std::unique_ptr<BlockFile>> file = files_.Open(name);
  if (!file.ok()) return NotFull(file.status());
  segment.file = *std::move(file);

  AlignedBuffer buffer;
  char* const block = buffer.Reserve(kFileBlockBytes);
  EncodeSegmentHeader({segment.number, first_sequence}, block);
  const absl::Status written = segment.file->WriteDurably(0, {block, kFileBlockBytes});
  if (!written.ok()) return NotFull(written);
  segments_.push_back(std::move(segment));
  return absl::OkStatus();
}

absl::Status LogSegments::DropOldest() {
  QUORATE_CHECK(segments_.size() > 1, "the active segment stays");
  const LogSegment& oldest = segments_.front();
  const std::string name = SegmentName(oldest.number);
  if (oldest.file->size_bytes() == segment_bytes_ && lacks_spare()) {
    const std::string spare = ReserveSpareName();
    if (const absl::Status renamed = files_.Rename(name, spare); !renamed.ok()) return renamed;
    AddSpare(spare);
  } else if (const absl::Status removed = files_.Remove(name); !removed.ok()) {
    return removed;
  }
  segments_.pop_front();
  return absl::OkStatus();
}

absl::Status LogSegments::MakeSpare() {
  const std::string name = ReserveSpareName();
  const auto file = files_.Create(name, segment_bytes_);
  if (!file.ok()) return file.status();
  AddSpare(name);
  return absl::OkStatus();
}

std::string LogSegments::ReserveSpareName() { return SpareName(next_number_++); }

absl::StatusOr<std::string> LogSegments::TakeFile(uint64_t bytes) {
  if (bytes == segment_bytes_ && !spares_.empty()) {
    std::string name = std::move(spares_.front());
    spares_.pop_front();
    return name;
  }
  std::string name = ReserveSpareName();
  const auto file = files_.Create(name, bytes);
  if (!file.ok()) return file.status();
  return name;
}

}  // namespace quorate
