// The bytes of a manifest's file, and what it must say of itself.
//   4 bytes  "QBM" and the format, 1
//   4 bytes  zero
//   8 bytes  XXH3 64-bit of all other bytes of the file, little endian
//   a BackupManifest
#pragma once

#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "backup/record_sum.h"
#include "quorate/v1/backup.pb.h"

namespace quorate::backup {

std::string EncodeManifest(const v1::BackupManifest& manifest);

// DATA_LOSS, BACKUP_DAMAGED: not whole, or its parts don't add up.
absl::StatusOr<v1::BackupManifest> DecodeManifest(std::string_view file);

// Over all partitions.
struct ManifestTotals {
  uint64_t chunks = 0;
  uint64_t records = 0;
  uint64_t bytes = 0;
  RecordSum sum;
};
ManifestTotals TotalsOf(const v1::BackupManifest& manifest);

}  // namespace quorate::backup
