#include "quorum/record.h"

#include "base/error.h"
#include "base/hash.h"
#include "base/strings.h"
#include "quorum/bytes.h"

namespace quorate::quorum {
namespace {

constexpr uint8_t kFormat = 1;
constexpr uint8_t kTombstone = 1;
constexpr uint8_t kHasExpiry = 2;
constexpr uint8_t kKnownFlags = kTombstone | kHasExpiry;
constexpr size_t kChecksumBytes = 4;
constexpr size_t kBeforeHead = 2 + kChecksumBytes;

uint32_t Checksum(std::string_view key, uint8_t flags, std::string_view rest) {
  return static_cast<uint32_t>(Hash64(rest, Hash64(key) + flags));
}

size_t BytesOf(const Record& record) {
  return kBeforeHead + 8 + VarintBytes(record.dot.identity.node.value()) +
         VarintBytes(record.dot.identity.boot.value()) + VarintBytes(record.dot.counter) +
         (record.expires_at_us != 0 ? 8 : 0) + record.body.size();
}

void Append(std::string_view key, const Record& record, std::string& out) {
  const auto flags = static_cast<uint8_t>((record.tombstone ? kTombstone : 0) |
                                          (record.expires_at_us != 0 ? kHasExpiry : 0));
  const size_t begin = out.size();
  out.push_back(static_cast<char>(kFormat));
  out.push_back(static_cast<char>(flags));
  out.append(kChecksumBytes, '\0');
  AppendFixed(record.time.value(), 8, out);
  AppendDot(record.dot, out);
  if (record.expires_at_us != 0) AppendFixed(record.expires_at_us, 8, out);
  out.append(record.body);
  const std::string_view rest = std::string_view(out).substr(begin + kBeforeHead);
  const uint32_t checksum = Checksum(key, flags, rest);
  for (size_t i = 0; i < kChecksumBytes; ++i) {
    out[begin + 2 + i] = static_cast<char>(static_cast<uint8_t>(checksum >> (8 * i)));
  }
}

absl::Status Damaged(std::string_view key, std::string_view what) {
  return MakeError(absl::StatusCode::kDataLoss, "RECORD_DAMAGED",
                   StrCat("the stored record of key \"", PrintableBytes(key), "\" ", what,
                          "; leave this node stopped and keep its data folder: the others go on, "
                          "and none is rebuilt "
                          "from them yet"));
}

absl::Status Newer(std::string_view key, int format, int flags) {
  return MakeError(absl::StatusCode::kDataLoss, "NEWER_FORMAT",
                   StrCat("the stored record of key \"", PrintableBytes(key), "\" has format ",
                          format, " with flags ", flags, ", this build reads format ", int{kFormat},
                          " with flags 0 to ", int{kKnownFlags}, "; run the build that wrote it"));
}

}  // namespace

std::string EncodeRecord(std::string_view key, const Record& record) {
  std::string out;
  out.reserve(BytesOf(record));
  Append(key, record, out);
  return out;
}

void AppendSizedRecord(std::string_view key, const Record& record, std::string& out) {
  AppendVarint(BytesOf(record), out);
  Append(key, record, out);
}

absl::StatusOr<RecordView> ViewRecord(std::string_view key, std::string_view bytes) {
  Reader reader(bytes);
  const uint8_t format = reader.Byte();
  const uint8_t flags = reader.Byte();
  const uint64_t checksum = reader.Fixed(kChecksumBytes);
  if (!reader.ok()) return Damaged(key, StrCat("is only ", bytes.size(), " bytes"));
  if (checksum != Checksum(key, flags, reader.left())) {
    return Damaged(key, "does not match its checksum");
  }
  if (format != kFormat || flags > kKnownFlags) return Newer(key, format, flags);
  RecordView record;
  record.time = HlcTime(reader.Fixed(8));
  record.dot = reader.Dot();
  record.tombstone = (flags & kTombstone) != 0;
  if ((flags & kHasExpiry) != 0) record.expires_at_us = reader.Fixed(8);
  if (!reader.ok()) return Damaged(key, "ends before its body");
  record.body = reader.left();
  return record;
}

absl::StatusOr<Record> DecodeRecord(std::string_view key, std::string_view bytes) {
  const absl::StatusOr<RecordView> view = ViewRecord(key, bytes);
  if (!view.ok()) return view.status();
  return Record{view->dot, view->time, view->tombstone, view->expires_at_us,
                std::string(view->body)};
}

HlcTime TimeIn(std::string_view record) {
  return HlcTime(Reader(record.substr(kBeforeHead)).Fixed(8));
}

bool IsMortal(std::string_view record) { return record[1] != 0; }

}  // namespace quorate::quorum
