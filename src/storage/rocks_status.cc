#include "storage/rocks_status.h"

#include "base/error.h"
#include "base/strings.h"

namespace quorate {

absl::Status FromRocks(const rocksdb::Status& status, std::string_view verb,
                       std::string_view path) {
  if (status.ok()) return absl::OkStatus();
  const std::string message = StrCat("cannot ", verb, " ", path, ": ", status.ToString());
  if (status.IsNoSpace() || status.subcode() == rocksdb::Status::kSpaceLimit) {
    return MakeError(absl::StatusCode::kResourceExhausted, "DISK_FULL",
                     StrCat(message, "; free some space"));
  }
  if (status.IsCorruption()) {
    return MakeError(absl::StatusCode::kDataLoss, "DATA_DAMAGED",
                     StrCat(message,
                            "; leave this node stopped and keep its data folder: the others go on, "
                            "and none is rebuilt from them yet"));
  }
  return MakeError(absl::StatusCode::kInternal, "DISK_ERROR", message, Applied::kUnknown);
}

}  // namespace quorate
