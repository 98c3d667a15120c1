// Files that are there whole or not at all.
#pragma once

#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace quorate::backup {

// `error`: an errno.
absl::Status FileError(int error, std::string_view verb, std::string_view path);

// NOT_FOUND, FILE_NOT_FOUND: there is none.
absl::StatusOr<std::string> ReadWholeFile(const std::string& path);

// Written as `temporary`, synced, and then named `path`. Its name is durable once its
// folder is synced.
absl::Status WriteWholeFile(const std::string& temporary, const std::string& path,
                            std::string_view bytes);

// Makes the names in `path` durable, and those in the folders right under it.
absl::Status SyncFolders(const std::string& path);

}  // namespace quorate::backup
