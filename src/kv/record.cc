#include "kv/record.h"

#include <algorithm>

#include "base/error.h"
#include "base/hash.h"
#include "base/strings.h"
#include "kv/bytes.h"

namespace quorate::kv {
namespace {

constexpr uint8_t kFormat = 1;
constexpr size_t kFlagsAt = 1;
constexpr size_t kChecksumAt = 2;
constexpr size_t kVersionAt = kChecksumAt + sizeof(uint32_t);
constexpr size_t kRestAt = kVersionAt + sizeof(uint64_t);
constexpr uint8_t kHasExpiry = 1;

// Without flags as ever.
uint32_t Checksum(std::string_view key, uint8_t flags, std::string_view body) {
  return static_cast<uint32_t>(Hash64(body, Hash64(key) + flags));
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
                          " with flags 0 and 1; run the build that wrote it"));
}

}  // namespace

size_t StoredBytes(const StoredValue& stored) {
  return kRestAt + (stored.expires_at_us != 0 ? sizeof(uint64_t) : 0) + stored.value.size();
}

void WriteStored(std::string_view key, const StoredValue& stored, char* out) {
  const uint8_t flags = stored.expires_at_us != 0 ? kHasExpiry : 0;
  const std::string_view rest(out + kVersionAt, StoredBytes(stored) - kVersionAt);
  out[0] = static_cast<char>(kFormat);
  out[kFlagsAt] = static_cast<char>(flags);
  char* at = WriteFixed<uint64_t>(stored.version, out + kVersionAt);
  if (flags != 0) at = WriteFixed<uint64_t>(stored.expires_at_us, at);
  std::copy(stored.value.begin(), stored.value.end(), at);
  WriteFixed<uint32_t>(Checksum(key, flags, rest), out + kChecksumAt);
}

std::string EncodeStored(std::string_view key, const StoredValue& stored) {
  std::string out(StoredBytes(stored), '\0');
  WriteStored(key, stored, out.data());
  return out;
}

absl::StatusOr<StoredValue> DecodeStored(std::string_view key, std::string_view bytes) {
  if (bytes.size() < kRestAt) return Damaged(key, StrCat("is only ", bytes.size(), " bytes"));
  const auto format = static_cast<uint8_t>(bytes[0]);
  const auto flags = static_cast<uint8_t>(bytes[kFlagsAt]);
  std::string_view rest = bytes.substr(kVersionAt);
  if (LoadFixed<uint32_t>(bytes.substr(kChecksumAt)) != Checksum(key, flags, rest)) {
    return Damaged(key, "does not match its checksum");
  }
  if (format != kFormat || flags > kHasExpiry) return Newer(key, format, flags);
  StoredValue stored;
  stored.version = LoadFixed<uint64_t>(rest);
  rest.remove_prefix(sizeof(uint64_t));
  if (flags != 0) {
    if (rest.size() < sizeof(uint64_t)) return Damaged(key, "has no room for its expiry");
    stored.expires_at_us = LoadFixed<uint64_t>(rest);
    rest.remove_prefix(sizeof(uint64_t));
  }
  stored.value = rest;
  return stored;
}

uint64_t PeekExpiry(std::string_view bytes) {
  if (bytes.size() < kRestAt + sizeof(uint64_t) || bytes[kFlagsAt] != kHasExpiry) return 0;
  if (static_cast<uint8_t>(bytes[0]) != kFormat) return 0;
  return LoadFixed<uint64_t>(bytes.substr(kRestAt));
}

}  // namespace quorate::kv
