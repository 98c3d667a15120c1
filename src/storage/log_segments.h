// The log's files: which segments are in use, from the oldest to the one
// written to, and the spare ones. Segments go in the order they came.
//   log-N    a segment in use; N is its generation
//   spare-N  a file of the right size, of any content
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "storage/files.h"

namespace quorate {

std::string SegmentName(uint64_t number);

struct LogSegment {
  uint64_t number = 0;
  uint64_t first_sequence = 0;
  std::unique_ptr<BlockFile> file;
  uint64_t end_offset = kFileBlockBytes;  // where the next record goes
  uint64_t records = 0;
};

class LogSegments {
 public:
  // What a folder holds, by name.
  struct Listing {
    std::vector<uint64_t> segments;  // rising
    std::vector<std::string> spares;
    uint64_t largest_number = 0;
  };
  static absl::StatusOr<Listing> List(Files& files);

  // `wanted_spares`: dropped segments beyond so many spares are removed.
  LogSegments(Files& files, uint64_t segment_bytes, uint32_t wanted_spares);

  // At start: what recovery found in use, and what is there besides.
  absl::Status Adopt(std::vector<LogSegment> in_use, const Listing& listing);

  bool empty() const { return segments_.empty(); }
  size_t size() const { return segments_.size(); }
  LogSegment& active() { return segments_.back(); }
  const LogSegment& oldest() const { return segments_.front(); }
  // Of a segment in use.
  LogSegment& at(uint64_t number);
  uint64_t bytes_on_disk() const;

  // A new active segment of at least `bytes`, its header durable. Takes a
  // spare if there is one that fits. RESOURCE_EXHAUSTED leaves all as it was;
  // after another error no segment may be started in this life.
  absl::Status StartNext(uint64_t first_sequence, uint64_t bytes);
  // Makes a spare of the oldest, or removes it.
  absl::Status DropOldest();

  bool has_spare() const { return !spares_.empty(); }
  bool lacks_spare() const { return spares_.size() < wanted_spares_; }
  absl::Status MakeSpare();
  // For making one elsewhere, at leisure: its name, then that it is there.
  std::string ReserveSpareName();
  void AddSpare(std::string name) { spares_.push_back(std::move(name)); }

 private:
  absl::StatusOr<std::string> TakeFile(uint64_t bytes);

  Files& files_;
  const uint64_t segment_bytes_;
  const uint32_t wanted_spares_;
  std::deque<LogSegment> segments_;
  std::deque<std::string> spares_;
  uint64_t next_number_ = 1;
};

}  // namespace quorate
