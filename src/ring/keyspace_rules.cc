#include "ring/keyspace_rules.h"

#include <limits>
#include <string_view>

#include "base/error.h"
#include "base/limits.h"
#include "base/strings.h"
#include "ring/levels.h"

namespace quorate::ring {
namespace {

absl::Status Refused(std::string_view reason, std::string_view what) {
  return MakeError(absl::StatusCode::kInvalidArgument, reason, what);
}

absl::Status CheckDefaultLadder(const KeyspaceInfo& keyspace) {
  for (const Rung& rung : keyspace.default_ladder) {
    if (absl::Status one = CheckRead(keyspace, rung.level); !one.ok()) return one;
  }
  return CheckLadder(keyspace.default_ladder);
}

absl::Status CheckDefaultRead(const KeyspaceInfo& keyspace) {
  if (!keyspace.default_ladder.empty()) return CheckDefaultLadder(keyspace);
  const absl::Status known =
      CheckReadLevel(keyspace.mode, keyspace.default_read, keyspace.conflict);
  if (!known.ok()) return known;
  if (keyspace.default_read == Level::kBounded) {
    return Refused("DEFAULT_NEEDS_A_BOUND",
                   "BOUNDED as the default of reads needs its bound: --default-read 'BOUNDED(2s)'");
  }
  if (keyspace.default_read == Level::kLease && keyspace.lease_drift_ppm == 0) {
    return Refused("LEASE_NOT_ALLOWED",
                   StrCat("LEASE cannot be the default of reads of ", keyspace.name,
                          " while it sets no bound on how far clocks drift apart; set one "
                          "(--lease-drift 1%), or choose another default"));
  }
  return absl::OkStatus();
}

bool CannotExpire(Conflict conflict) {
  return conflict == Conflict::kCounter || conflict == Conflict::kSet || conflict == Conflict::kMap;
}

}  // namespace

absl::Status CheckConflict(const KeyspaceInfo& keyspace) {
  if (keyspace.mode != Mode::kQuorum) {
    if (keyspace.conflict == Conflict::kNone) return absl::OkStatus();
    return Refused("CONFLICT_POLICY_REFUSED",
                   StrCat("keyspace \"", keyspace.name, "\" of mode raft has no concurrent writes ",
                          "and takes no conflict policy (", ConflictName(keyspace.conflict), ")"));
  }
  if (keyspace.conflict == Conflict::kNone) {
    return Refused("CONFLICT_POLICY_NEEDED",
                   StrCat("keyspace \"", keyspace.name, "\" of mode quorum: say what concurrent ",
                          "writes of one key mean, --conflict lww, siblings, counter, set, map ",
                          "or register"));
  }
  if (keyspace.conflict > Conflict::kRegister) {
    return Refused("CONFLICT_NOT_SUPPORTED",
                   StrCat("conflict policy number ", static_cast<int>(keyspace.conflict),
                          ": this build supports lww, siblings, counter, set, map and register"));
  }
  return absl::OkStatus();
}

absl::Status CheckRead(const KeyspaceInfo& keyspace, Level level) {
  absl::Status known = CheckReadLevel(keyspace.mode, level, keyspace.conflict);
  if (!known.ok()) return known;
  if (level == Level::kLease && keyspace.lease_drift_ppm == 0) {
    return Refused("LEASE_NOT_ALLOWED",
                   StrCat("a read at LEASE: keyspace \"", keyspace.name,
                          "\" does not allow it, for it sets no bound on how far the clocks of "
                          "two nodes drift apart; LINEARIZABLE needs no clocks, kvctl keyspace "
                          "alter ",
                          keyspace.name, " --lease-drift 1% allows LEASE"));
  }
  return absl::OkStatus();
}

absl::Status CheckSettings(const KeyspaceInfo& keyspace) {
  if (keyspace.lease_drift_ppm > limits::kLeaseDriftPpmMax) {
    return Refused("LEASE_DRIFT_TOO_LARGE",
                   StrCat("a drift of clocks of ", keyspace.lease_drift_ppm,
                          " parts per million: allowed are 1 to ", limits::kLeaseDriftPpmMax,
                          " (10 %), and 0 for no reads at LEASE"));
  }
  if (keyspace.default_ttl_us > uint64_t{std::numeric_limits<int64_t>::max()}) {
    return Refused("TTL_NEGATIVE", "a default time to live is at least 1 µs; 0 is for none");
  }
  if (keyspace.default_ttl_us > limits::kTtlMaxUs) {
    return Refused("TTL_TOO_LONG", StrCat("a default time to live of ", keyspace.default_ttl_us,
                                          " microseconds: allowed are up to ", limits::kTtlMaxUs,
                                          " (100 years), and 0 for none"));
  }
  if (keyspace.default_ttl_us != 0 && CannotExpire(keyspace.conflict)) {
    return Refused(
        "EXPIRY_NOT_SUPPORTED",
        StrCat("keyspace \"", keyspace.name, "\" of policy ", ConflictName(keyspace.conflict),
               ": what many change at once has no single time at which it could "
               "expire; make it without a default time to live"));
  }
  if (absl::Status read = CheckDefaultRead(keyspace); !read.ok()) return read;
  return CheckWriteLevel(keyspace.mode, keyspace.default_write, keyspace.conflict);
}

}  // namespace quorate::ring
