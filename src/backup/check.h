// Whether all of a backup is there.
#pragma once

#include <cstdint>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "backup/folder.h"
#include "quorate/v1/backup.pb.h"

namespace quorate::backup {

// Reads every chunk: its bytes, its name, its records, that they belong where they are
// and are as many and the same as the partition had. DATA_LOSS names the file, or the
// partition. `progress` hears of each chunk; an error of its own ends the check.
absl::Status CheckBackup(
    const Folder& folder, const v1::BackupManifest& manifest,
    absl::FunctionRef<absl::Status(uint64_t records, uint64_t bytes)> progress);

}  // namespace quorate::backup
