// How long keys are to live: --ttl, and when they expire.
#pragma once

#include <CLI/CLI.hpp>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "session.h"

namespace quorate::kvctl {

void AddTtl(CLI::App& verb, std::string& ttl);

// The session's options of writes with --ttl's; empty: the keyspace's default.
// INVALID_ARGUMENT, BAD_FLAG.
absl::StatusOr<WriteOptions> WriteOptionsWith(const Session& session, const std::string& ttl);

// 2026-03-01T12:00:00.5+00:00
std::string ExpiryText(absl::Time expires_at);

}  // namespace quorate::kvctl
