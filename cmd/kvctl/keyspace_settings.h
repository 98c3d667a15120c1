// What can be set of a keyspace, when it is made and while it serves.
#pragma once

#include <CLI/CLI.hpp>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "client/admin_types.h"

namespace quorate::kvctl {

// As on the command line; empty: not named.
struct SettingFlags {
  std::string default_read;
  std::string default_write;
  std::string lease_drift;
  std::string default_ttl;
};

void AddSettings(CLI::App& verb, SettingFlags& flags);

// INVALID_ARGUMENT, BAD_FLAG, that names the flag.
absl::StatusOr<KeyspaceChange> ChangeOf(const SettingFlags& flags);

// default_read LEASE, lease_drift 1%: what `change` names, in one line.
std::string ToLine(const KeyspaceChange& change);

// LINEARIZABLE, or a ladder as on the command line.
std::string ReadCell(const KeyspaceDescription& keyspace);
// 1%, or - for 0.
std::string DriftCell(const KeyspaceDescription& keyspace);
// 1h, or - for none.
std::string TtlCell(const KeyspaceDescription& keyspace);

}  // namespace quorate::kvctl
