#include "backup/check.h"

#include <string>

#include "backup/damaged.h"
#include "backup/record_sum.h"
#include "backup/records.h"
#include "base/hash.h"

namespace quorate::backup {
namespace {

using Progress = absl::FunctionRef<absl::Status(uint64_t records, uint64_t bytes)>;

class ArcCheck {
 public:
  ArcCheck(const Folder& folder, const v1::BackupManifest& manifest, uint32_t arc)
      : folder_(folder), manifest_(manifest), arc_(arc) {}

  absl::Status Run(Progress progress) {
    const v1::BackupArc& arc = manifest_.arcs(static_cast<int>(arc_));
    for (const v1::ArcChunk& chunk : arc.chunks()) {
      if (absl::Status right = CheckChunk(chunk); !right.ok()) return right;
      if (absl::Status on = progress(chunk.records(), chunk.bytes()); !on.ok()) return on;
    }
    if (sum_ == RecordSum(arc.end().sum())) return absl::OkStatus();
    return Wrong("its chunks do not hold the records that the partition had");
  }

 private:
  absl::Status CheckChunk(const v1::ArcChunk& chunk) {
    const auto content = folder_.ReadChunk(chunk.name());
    if (!content.ok()) return content.status();
    RecordReader reader(*content);
    v1::Record record;
    uint64_t records = 0;
    for (;;) {
      const auto more = reader.Next(record);
      if (!more.ok()) return Wrong(ToStd(more.status().message()));
      if (!*more) break;
      if ((sum_.records() > 0 && record.key() <= last_key_) || !BelongsHere(record.key())) {
        return Wrong("a key stands where it does not belong");
      }
      ++records;
      sum_.Add(record, reader.bytes());
      last_key_ = record.key();
    }
    if (records == chunk.records() && content->size() == chunk.bytes()) return absl::OkStatus();
    return Wrong(
        StrCat("chunk ", HexOf(chunk.name()), " holds ", records, " records of ", chunk.records()));
  }

  bool BelongsHere(std::string_view key) const {
    return ArcOf(KeyHash(key), static_cast<uint32_t>(manifest_.arcs_size())) == arc_;
  }

  absl::Status Wrong(std::string_view what) const {
    return DamagedFile(StrCat("partition ", arc_, " of backup ", manifest_.id()), what);
  }

  const Folder& folder_;
  const v1::BackupManifest& manifest_;
  const uint32_t arc_;
  RecordSum sum_;
  std::string last_key_;
};

}  // namespace

absl::Status CheckBackup(const Folder& folder, const v1::BackupManifest& manifest,
                         Progress progress) {
  for (int arc = 0; arc < manifest.arcs_size(); ++arc) {
    ArcCheck check(folder, manifest, static_cast<uint32_t>(arc));
    if (absl::Status right = check.Run(progress); !right.ok()) return right;
  }
  return absl::OkStatus();
}

}  // namespace quorate::backup
