// Records one behind the other, each behind its size: what is in a chunk.
#pragma once

#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "quorate/v1/kv.pb.h"

namespace quorate::backup {

// Gives the record's own bytes, within `out`, until that changes.
std::string_view AppendRecord(const v1::Record& record, std::string& out);

// Takes them off the front of a chunk's content, which must outlive it.
class RecordReader {
 public:
  explicit RecordReader(std::string_view content) : rest_(content) {}

  // False at the end. DATA_LOSS, BACKUP_DAMAGED: not a record.
  absl::StatusOr<bool> Next(v1::Record& record);
  // Of the record that was read last, within the content.
  std::string_view bytes() const { return bytes_; }

 private:
  std::string_view rest_;
  std::string_view bytes_;
};

}  // namespace quorate::backup
