#include "sim/lost_tail.h"

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/check.h"
#include "base/strings.h"
#include "sim/nemesis.h"
#include "storage/log_format.h"
#include "storage/log_mark.h"
#include "storage/log_segments.h"

namespace quorate::sim {
namespace {

constexpr uint64_t kMarkedLostMax = 12;

struct Segment {
  uint64_t number = 0;
  uint64_t first = 0;  // sequence number of its first record
};

// Those in use, from the oldest.
std::vector<Segment> Segments(SimFiles& files) {
  std::vector<Segment> segments;
  const auto listing = LogSegments::List(files);
  QUORATE_CHECK(listing.ok(), "a folder in memory can be listed");
  for (const uint64_t number : listing->segments) {
    const auto file = files.Open(SegmentName(number));
    const auto block = (*file)->Read(0, kFileBlockBytes);
    const auto header = DecodeSegmentHeader(*block, number);
    if (header.ok() && *header) segments.push_back({number, (*header)->first_sequence});
  }
  return segments;
}

// From the record of that number on, the segment is blank.
void Blank(SimFiles& files, uint64_t number, uint64_t from) {
  const auto file = *files.Open(SegmentName(number));
  bool lost = false;
  for (uint64_t at = kFileBlockBytes; at < file->size_bytes();) {
    const std::string block = *file->Read(at, kFileBlockBytes);
    const auto bytes = PeekRecordBytes(block, number);
    lost = lost || !bytes || RecordSequence(block) >= from;
    if (lost) {
      const absl::Status blank = file->WriteDurably(at, std::string(kFileBlockBytes, '\0'));
      QUORATE_CHECK(blank.ok(), "a file in memory can be written");
    }
    at += lost ? kFileBlockBytes : *bytes;
  }
}

}  // namespace

uint64_t CutLogBelowMark(Machine& machine, Random& random) {
  const auto mark = LogMark::Open(machine.data_files);
  const std::vector<Segment> segments = Segments(machine.log_files);
  // Of a log whose oldest segment is empty it is known that something was there.
  if (!mark.ok() || segments.empty() || mark->record() <= segments.front().first) return 0;
  const uint64_t most = std::min(kMarkedLostMax, mark->record() - segments.front().first);
  const uint64_t lost = random.Between(1, most);
  const uint64_t from = mark->record() - lost + 1;
  for (const Segment& segment : segments) {
    if (segment.first >= from) {
      const absl::Status removed = machine.log_files.Remove(SegmentName(segment.number));
      QUORATE_CHECK(removed.ok(), "a file that is there can be removed");
    } else {
      Blank(machine.log_files, segment.number, from);
    }
  }
  return lost;
}

Nemesis::Mend Nemesis::BeginLostTail() {
  const NodeId victim = Anyone();
  cluster_.node(victim).LoseTail();
  return [this, victim] { cluster_.node(victim).GiveBackLog(); };
}

}  // namespace quorate::sim
