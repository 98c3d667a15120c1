// Cuts a partition's records, as they come in the order of their keys, into
// chunks at places that the records themselves choose: so a change in one place
// changes the chunk around it, and those before and behind stay what they were.
#pragma once

#include <cstdint>
#include <string>

#include "backup/record_sum.h"
#include "quorate/v1/backup.pb.h"

namespace quorate::backup {

struct CutSizes {
  uint64_t bytes_min = 512 << 10;
  uint64_t bytes_wanted = 2 << 20;  // beyond the minimum, on average
  uint64_t bytes_max = 4 << 20;     // and a record's, which one message must hold
};

class ChunkCutter {
 public:
  explicit ChunkCutter(CutSizes sizes = {}) : sizes_(sizes) {}

  // True: the chunk ends behind this record, take it.
  bool Add(const v1::Record& record);
  bool empty() const { return content_.empty(); }
  // The chunk with its name and data; then empty for the next.
  v1::ArcChunk Take();
  // Of all records so far.
  const RecordSum& sum() const { return sum_; }

 private:
  const CutSizes sizes_;
  std::string content_;
  uint64_t records_ = 0;
  RecordSum sum_;
};

// As in messages: 16 bytes, the high half first, big endian.
std::string NameOf(std::string_view content);

}  // namespace quorate::backup
