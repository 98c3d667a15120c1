#include "backup/chunk_file.h"

#include <zstd.h>

#include "backup/chunk_cutter.h"
#include "backup/damaged.h"
#include "backup/fixed.h"
#include "base/hash.h"

namespace quorate::backup {
namespace {

constexpr std::string_view kMagic("QBC\x01", 4);
constexpr size_t kCodecAt = 4;
constexpr size_t kSizeAt = 8;
constexpr size_t kChecksumAt = 16;
constexpr size_t kContentAt = 24;
// No chunk is larger: a header says so of memory that is to be had.
constexpr uint64_t kContentBytesMax = 64 << 20;
// Of a core's time it takes a few milliseconds for each MiB; more saves little.
constexpr int kZstdLevel = 1;

uint64_t ChecksumOf(std::string_view file) {
  return Hash64(file.substr(kContentAt), Hash64(file.substr(0, kChecksumAt)));
}

}  // namespace

std::string EncodeChunkFile(std::string_view content) {
  std::string file(kMagic);
  file.append(kSizeAt - kCodecAt, '\0');
  AppendFixed64(content.size(), file);
  AppendFixed64(0, file);
  file.resize(kContentAt + ZSTD_compressBound(content.size()));
  const size_t packed = ZSTD_compress(file.data() + kContentAt, file.size() - kContentAt,
                                      content.data(), content.size(), kZstdLevel);
  if (!ZSTD_isError(packed) && packed < content.size()) {
    file[kCodecAt] = 1;
    file.resize(kContentAt + packed);
  } else {
    file.resize(kContentAt);
    file.append(content);
  }
  SetFixed64(ChecksumOf(file), file, kChecksumAt);
  return file;
}

absl::Status CheckChunkFile(std::string_view file) {
  if (file.size() < kContentAt || !file.starts_with(kMagic.substr(0, 3))) {
    return Damaged("it is no chunk of a backup, or cut short");
  }
  if (file[3] != kMagic[3]) {
    return MakeError(absl::StatusCode::kFailedPrecondition, "NEWER_FORMAT",
                     "a chunk is of a newer format, or damaged; use the build that wrote it");
  }
  if (Fixed64At(file, kChecksumAt) != ChecksumOf(file)) {
    return Damaged("its checksum is not that of its bytes: it was cut short or has changed");
  }
  return absl::OkStatus();
}

absl::StatusOr<std::string> DecodeChunkFile(std::string_view file, std::string_view name) {
  if (absl::Status whole = CheckChunkFile(file); !whole.ok()) return whole;
  const uint64_t size = Fixed64At(file, kSizeAt);
  if (size > kContentBytesMax) return Damaged("it claims to hold more than a chunk can");
  const std::string_view stored = file.substr(kContentAt);
  std::string content;
  if (file[kCodecAt] == 1) {
    content.resize(size);
    const size_t got = ZSTD_decompress(content.data(), size, stored.data(), stored.size());
    if (ZSTD_isError(got) || got != size) return Damaged("what it holds can't be unpacked");
  } else {
    content = std::string(stored);
  }
  if (content.size() != size || NameOf(content) != name) {
    return Damaged("what it holds is not what its name says");
  }
  return content;
}

}  // namespace quorate::backup
