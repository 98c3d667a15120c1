// What a run would leave behind if it ended early: its child processes and its
// folder. However it ends, by itself, by Ctrl-C or by its time limit, they go.
#pragma once

#include <sys/types.h>

#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"

namespace quorate::bench {

// Call before the first thread starts: from now on SIGINT, SIGTERM, SIGHUP and
// the end of `limit` take everything away and end the process (128 + signal, or
// 1).
void EndOrderly(absl::Duration limit);

// A new folder under `parent`, which is made if need be.
absl::StatusOr<std::string> MakeRunFolder(const std::string& parent);

// A child that runs, until it is reaped.
void RememberChild(pid_t pid);
void ForgetChild(pid_t pid);

// Kills what is remembered and removes the folder.
void TakeAway();

}  // namespace quorate::bench
