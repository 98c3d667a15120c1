// What a replica holds of one key, in memory, on disk and between replicas:
//   1 byte   format, 1
//   1 byte   flags: 1 tombstone, 2 has an expiry
//   4 bytes  checksum of the rest, seeded with the key and the flags
//   8 bytes  time, little endian
//   varints  node, boot and counter of the dot
//   8 bytes  with flag 2: the calendar time from which the key is gone, in us
//   the body, which only the keyspace's conflict policy can read
// So a key takes some 20 bytes beside its name and value.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "base/hlc.h"
#include "quorum/dot.h"

namespace quorate::quorum {

struct Record {
  // Of the newest write in it. Where a policy keeps several, the body has more.
  Dot dot;
  HlcTime time;
  bool tombstone = false;
  uint64_t expires_at_us = 0;  // calendar; 0: never
  std::string body;            // a tombstone's is empty, if the policy doesn't need one

  // Dead to readers, though perhaps still to be kept: deleted or expired.
  bool Dead(uint64_t calendar_us) const {
    return tombstone || (expires_at_us != 0 && expires_at_us <= calendar_us);
  }
  friend bool operator==(const Record&, const Record&) = default;
};

// One key's write order by time; node, boot and counter decide between equals.
inline bool Older(const Record& a, const Record& b) {
  return a.time != b.time ? a.time < b.time : a.dot < b.dot;
}

// The least that an encoded one takes: a dot's three varints, and no body.
inline constexpr size_t kRecordBytesMin = 17;

// A record as it lies in an encoding, which outlives it.
struct RecordView {
  Dot dot;
  HlcTime time;
  bool tombstone = false;
  uint64_t expires_at_us = 0;
  std::string_view body;
};

std::string EncodeRecord(std::string_view key, const Record& record);
// The same behind its length, a varint.
void AppendSizedRecord(std::string_view key, const Record& record, std::string& out);
// DATA_LOSS naming the key: reason RECORD_DAMAGED, or NEWER_FORMAT where a later
// build wrote it.
absl::StatusOr<RecordView> ViewRecord(std::string_view key, std::string_view bytes);
absl::StatusOr<Record> DecodeRecord(std::string_view key, std::string_view bytes);

// Of one that was looked at before: its time.
HlcTime TimeIn(std::string_view record);
// Likewise: it is a tombstone, or expires.
bool IsMortal(std::string_view record);

}  // namespace quorate::quorum
