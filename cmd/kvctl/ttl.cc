#include "ttl.h"

#include "base/error.h"
#include "base/strings.h"
#include "base/units.h"

namespace quorate::kvctl {

void AddTtl(CLI::App& verb, std::string& ttl) {
  verb.add_option(
          "--ttl", ttl,
          "How long the key is to live: 90s, 30m, 12h; 0 for ever (default: the keyspace's)")
      ->type_name("TIME");
}

absl::StatusOr<WriteOptions> WriteOptionsWith(const Session& session, const std::string& ttl) {
  absl::StatusOr<WriteOptions> options = session.write_options();
  if (ttl.empty() || !options.ok()) return options;
  const auto parsed = ParseDuration(ttl);
  if (!parsed.ok() || *parsed < absl::ZeroDuration()) {
    return MakeError(absl::StatusCode::kInvalidArgument, "BAD_FLAG",
                     StrCat("--ttl \"", ttl, "\": a time such as 90s, 30m or 12h is wanted, or 0"));
  }
  options->ttl = *parsed;
  return options;
}

std::string ExpiryText(absl::Time expires_at) {
  return absl::FormatTime(absl::RFC3339_full, expires_at, absl::UTCTimeZone());
}

}  // namespace quorate::kvctl
