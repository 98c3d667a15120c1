#include "backup/manifest.h"

#include "backup/damaged.h"
#include "backup/fixed.h"
#include "base/hash.h"

namespace quorate::backup {
namespace {

constexpr std::string_view kMagic("QBM\x01", 4);
constexpr size_t kChecksumAt = 8;
constexpr size_t kBodyAt = 16;
constexpr size_t kNameBytes = 16;

uint64_t ChecksumOf(std::string_view file) {
  return Hash64(file.substr(kBodyAt), Hash64(file.substr(0, kChecksumAt)));
}

absl::Status CheckArc(const v1::BackupArc& arc) {
  uint64_t bytes = 0, records = 0;
  for (const v1::ArcChunk& chunk : arc.chunks()) {
    if (chunk.name().size() != kNameBytes) return Damaged("it names a chunk that has no name");
    bytes += chunk.bytes();
    records += chunk.records();
  }
  const bool adds_up = arc.end().chunks() == static_cast<uint64_t>(arc.chunks_size()) &&
                       arc.end().bytes() == bytes &&
                       RecordSum(arc.end().sum()).records() == records;
  return adds_up ? absl::OkStatus() : Damaged("its chunks are not what its partitions had");
}

}  // namespace

std::string EncodeManifest(const v1::BackupManifest& manifest) {
  std::string file(kMagic);
  file.append(kBodyAt - kMagic.size(), '\0');
  manifest.AppendToString(&file);
  SetFixed64(ChecksumOf(file), file, kChecksumAt);
  return file;
}

absl::StatusOr<v1::BackupManifest> DecodeManifest(std::string_view file) {
  if (file.size() < kBodyAt || !file.starts_with(kMagic.substr(0, 3))) {
    return Damaged("it is no manifest of a backup, or cut short");
  }
  if (file[3] != kMagic[3]) {
    return MakeError(absl::StatusCode::kFailedPrecondition, "NEWER_FORMAT",
                     "a manifest is of a newer format, or damaged; use the build that wrote it");
  }
  if (Fixed64At(file, kChecksumAt) != ChecksumOf(file)) {
    return Damaged("its checksum is not that of its bytes: it was cut short or has changed");
  }
  v1::BackupManifest manifest;
  const std::string_view body = file.substr(kBodyAt);
  if (!manifest.ParseFromArray(body.data(), static_cast<int>(body.size()))) {
    return Damaged("it can't be read");
  }
  if (manifest.arcs_size() == 0 || manifest.keyspace().partitions_size() != manifest.arcs_size()) {
    return Damaged("it lacks partitions");
  }
  for (const v1::BackupArc& arc : manifest.arcs()) {
    if (absl::Status right = CheckArc(arc); !right.ok()) return right;
  }
  return manifest;
}

ManifestTotals TotalsOf(const v1::BackupManifest& manifest) {
  ManifestTotals totals;
  for (const v1::BackupArc& arc : manifest.arcs()) {
    totals.chunks += arc.end().chunks();
    totals.bytes += arc.end().bytes();
    totals.sum.Add(RecordSum(arc.end().sum()));
  }
  totals.records = totals.sum.records();
  return totals;
}

}  // namespace quorate::backup
