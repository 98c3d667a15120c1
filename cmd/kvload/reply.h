// What is common to all answers.
#pragma once

#include <cstdint>
#include <string>

#include "absl/functional/any_invocable.h"
#include "absl/status/status.h"
#include "request.h"

namespace quorate::load {

using ReplyDone = absl::AnyInvocable<void(Reply) &&>;

// Ended now. A read that failed had no effect, so it is never of unknown outcome.
Reply ReplyOf(int64_t invoke_us, const absl::Status& status, bool read);
// A number among the error's details; 0: none.
uint64_t DetailOf(const absl::Status& status, const std::string& name);

}  // namespace quorate::load
