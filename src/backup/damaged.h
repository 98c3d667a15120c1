// How a backup that is not whole is refused.
#pragma once

#include <string_view>

#include "absl/status/status.h"
#include "base/error.h"
#include "base/strings.h"

namespace quorate::backup {

inline absl::Status Damaged(std::string_view what) {
  return MakeError(absl::StatusCode::kDataLoss, "BACKUP_DAMAGED", what);
}

// The same, with the file that it is about and the way out.
inline absl::Status DamagedFile(std::string_view path, std::string_view what) {
  return Damaged(StrCat(path, ": ", what,
                        "; restore another backup (kvctl backup list), or bring this file back "
                        "from a copy of the folder"));
}

}  // namespace quorate::backup
