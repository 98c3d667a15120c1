#include "kv/record.h"

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
constexpr size_t kValueAt = kVersionAt + sizeof(uint64_t);

uint32_t Checksum(std::string_view key, std::string_view version_and_value) {
  return static_cast<uint32_t>(Hash64(version_and_value, Hash64(key)));
}

absl::Status Damaged(std::string_view key, std::string_view what) {
  return MakeError(absl::StatusCode::kDataLoss, "RECORD_DAMAGED",
                   StrCat("the stored record of key \"", PrintableBytes(key), "\" ", what,
                          "; remove this node's data folder and let it be rebuilt from its peers"));
}

absl::Status Newer(std::string_view key, int format, int flags) {
  return MakeError(absl::StatusCode::kDataLoss, "NEWER_FORMAT",
                   StrCat("the stored record of key \"", PrintableBytes(key), "\" has format ",
                          format, " with flags ", flags, ", this build reads format ", int{kFormat},
                          " with flags 0; run the build that wrote it"));
}

}  // namespace

std::string EncodeStored(std::string_view key, uint64_t version, std::string_view value) {
  std::string out;
  out.reserve(kValueAt + value.size());
  out.push_back(static_cast<char>(kFormat));
  out.push_back(0);
  AppendFixed<uint32_t>(out, 0);
  AppendFixed<uint64_t>(out, version);
  out.append(value);
  const uint32_t checksum = Checksum(key, std::string_view(out).substr(kVersionAt));
  for (size_t i = 0; i < sizeof(checksum); ++i) {
    out[kChecksumAt + i] = static_cast<char>(static_cast<uint8_t>(checksum >> (8 * i)));
  }
  return out;
}

absl::StatusOr<StoredValue> DecodeStored(std::string_view key, std::string_view bytes) {
  if (bytes.size() < kValueAt) return Damaged(key, StrCat("is only ", bytes.size(), " bytes"));
  const std::string_view rest = bytes.substr(kVersionAt);
  if (LoadFixed<uint32_t>(bytes.substr(kChecksumAt)) != Checksum(key, rest)) {
    return Damaged(key, "does not match its checksum");
  }
  const auto format = static_cast<uint8_t>(bytes[0]);
  const auto flags = static_cast<uint8_t>(bytes[kFlagsAt]);
  if (format != kFormat || flags != 0) return Newer(key, format, flags);
  return StoredValue{LoadFixed<uint64_t>(rest), bytes.substr(kValueAt)};
}

}  // namespace quorate::kv
