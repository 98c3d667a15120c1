// A folder of this machine's file system.
#pragma once

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "storage/files.h"

namespace quorate {

// Makes the folder if it is not there (its parent must be) and holds it until
// the result is gone: FAILED_PRECONDITION with reason FOLDER_IN_USE if another
// process, or this one, holds it already. Block files are written past the
// page cache (O_DIRECT and O_DSYNC) where the file system allows it.
absl::StatusOr<std::unique_ptr<Files>> OpenFolder(const std::string& path);

}  // namespace quorate
