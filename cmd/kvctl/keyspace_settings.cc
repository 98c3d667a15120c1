#include "keyspace_settings.h"

#include <optional>
#include <string_view>

#include "base/error.h"
#include "base/ladder.h"
#include "base/strings.h"
#include "base/units.h"

namespace quorate::kvctl {
namespace {

absl::Status Bad(std::string_view flag, std::string_view value, std::string_view wanted) {
  return MakeError(absl::StatusCode::kInvalidArgument, "BAD_FLAG",
                   StrCat("--", flag, " \"", value, "\": ", wanted));
}

absl::Status ReadLevel(std::string_view flag, const std::string& text,
                       std::optional<Level>& level) {
  if (text.empty()) return absl::OkStatus();
  level = LevelFromName(text);
  return level ? absl::OkStatus() : Bad(flag, text, "no such level");
}

// A level alone, or a ladder: BOUNDED with its bound is one of a single rung.
absl::Status ReadDefaultRead(const std::string& text, KeyspaceChange& change) {
  if (text.empty()) return absl::OkStatus();
  absl::StatusOr<Ladder> ladder = ParseLadder(text);
  if (!ladder.ok()) return Bad("default-read", text, ToStd(ladder.status().message()));
  if (*ladder == Ladder{{.level = ladder->front().level}}) {
    change.default_read = ladder->front().level;
  } else {
    change.default_ladder = *std::move(ladder);
  }
  return absl::OkStatus();
}

template <class Value, class Parse>
absl::Status ReadQuantity(std::string_view flag, const std::string& text, Parse parse,
                          std::optional<Value>& value) {
  if (text.empty()) return absl::OkStatus();
  const absl::StatusOr<Value> parsed = parse(text);
  if (!parsed.ok()) return Bad(flag, text, ToStd(parsed.status().message()));
  value = *parsed;
  return absl::OkStatus();
}

}  // namespace

void AddSettings(CLI::App& verb, SettingFlags& flags) {
  verb.add_option("--default-read", flags.default_read,
                  "Level, or ladder of them, of reads that name none")
      ->type_name("LEVEL");
  verb.add_option("--default-write", flags.default_write, "Level of writes that name none")
      ->type_name("LEVEL");
  verb.add_option("--lease-drift", flags.lease_drift,
                  "Allow reads at LEASE, if clocks drift apart by less: 1%, 200ppm; 0 forbids them")
      ->type_name("SHARE");
  verb.add_option("--default-ttl", flags.default_ttl,
                  "How long what is written lives, if the write does not say: 1h; 0 for ever")
      ->type_name("TIME");
}

absl::StatusOr<KeyspaceChange> ChangeOf(const SettingFlags& flags) {
  KeyspaceChange change;
  for (const absl::Status& status :
       {ReadDefaultRead(flags.default_read, change),
        ReadLevel("default-write", flags.default_write, change.default_write),
        ReadQuantity("lease-drift", flags.lease_drift, ParsePpm, change.lease_drift_ppm),
        ReadQuantity("default-ttl", flags.default_ttl, ParseDuration, change.default_ttl)}) {
    if (!status.ok()) return status;
  }
  return change;
}

std::string ToLine(const KeyspaceChange& change) {
  std::string line;
  const auto add = [&line](std::string_view name, std::string_view value) {
    StrAppend(&line, line.empty() ? "" : ", ", name, " ", value);
  };
  if (change.default_read) add("default read", LevelName(*change.default_read));
  if (!change.default_ladder.empty()) add("default read", FormatLadder(change.default_ladder));
  if (change.default_write) add("default write", LevelName(*change.default_write));
  if (change.lease_drift_ppm) add("lease drift", FormatPpm(*change.lease_drift_ppm));
  if (change.default_ttl) add("default ttl", absl::FormatDuration(*change.default_ttl));
  if (change.replicas) add("replicas", std::to_string(*change.replicas));
  return line;
}

std::string ReadCell(const KeyspaceDescription& keyspace) {
  if (!keyspace.default_ladder.empty()) return FormatLadder(keyspace.default_ladder);
  return std::string(LevelName(keyspace.default_read));
}

std::string DriftCell(const KeyspaceDescription& keyspace) {
  return keyspace.lease_drift_ppm == 0 ? "-" : FormatPpm(keyspace.lease_drift_ppm);
}

std::string TtlCell(const KeyspaceDescription& keyspace) {
  const bool none = keyspace.default_ttl == absl::ZeroDuration();
  return none ? "-" : absl::FormatDuration(keyspace.default_ttl);
}

}  // namespace quorate::kvctl
