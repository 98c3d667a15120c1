// What is told where something of a leaderless partition cannot be read from the disk.
#pragma once

#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "base/error.h"

namespace quorate {

inline absl::Status RecordDamaged(std::string_view what) {
  return MakeError(absl::StatusCode::kDataLoss, "RECORD_DAMAGED",
                   std::string(what) +
                       " of a leaderless partition cannot be read: the state on "
                       "this disk is damaged; leave this node stopped and keep its data folder: "
                       "the others go on, and none is rebuilt from them yet");
}

}  // namespace quorate
