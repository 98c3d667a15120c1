#include "rpc/scan_cursor.h"

#include <cstring>

#include "base/error.h"
#include "base/hash.h"
#include "base/strings.h"

namespace quorate::rpc {
namespace {

// version (1) | checksum of what follows (8) | scan mark (8) | last key
constexpr char kVersion = 1;
constexpr size_t kChecksumAt = 1;
constexpr size_t kMarkAt = 9;
constexpr size_t kKeyAt = 17;

void AppendNumber(std::string* out, uint64_t number) {
  for (int shift = 0; shift < 64; shift += 8) out->push_back(static_cast<char>(number >> shift));
}

uint64_t NumberAt(std::string_view bytes, size_t at) {
  uint64_t number = 0;
  for (size_t i = 8; i-- > 0;) number = number << 8 | static_cast<uint8_t>(bytes[at + i]);
  return number;
}

absl::Status BadCursor(std::string_view what) {
  return MakeError(
      absl::StatusCode::kInvalidArgument, "BAD_CURSOR",
      StrCat("the cursor ", what, "; start the scan anew, from the last key you have"));
}

}  // namespace

uint64_t ScanMark(uint64_t keyspace_id, std::string_view prefix, std::string_view end) {
  return Hash64(end, Hash64(prefix, keyspace_id));
}

std::string EncodeCursor(uint64_t scan_mark, std::string_view last_key) {
  std::string body;
  AppendNumber(&body, scan_mark);
  body.append(last_key);
  std::string cursor(1, kVersion);
  AppendNumber(&cursor, Hash64(body));
  return cursor + body;
}

absl::StatusOr<std::string> DecodeCursor(std::string_view cursor, uint64_t scan_mark) {
  if (!cursor.empty() && cursor[0] != kVersion) {
    return BadCursor(StrCat("is of version ", static_cast<int>(static_cast<uint8_t>(cursor[0])),
                            ", this server reads version ", static_cast<int>(kVersion)));
  }
  if (cursor.size() < kKeyAt || NumberAt(cursor, kChecksumAt) != Hash64(cursor.substr(kMarkAt))) {
    return BadCursor("is damaged");
  }
  if (NumberAt(cursor, kMarkAt) != scan_mark) {
    return BadCursor("belongs to another scan (other keyspace, prefix or end)");
  }
  return std::string(cursor.substr(kKeyAt));
}

}  // namespace quorate::rpc
