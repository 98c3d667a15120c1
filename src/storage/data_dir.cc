#include "storage/data_dir.h"

#include <charconv>
#include <map>
#include <utility>
#include <vector>

#include "absl/strings/str_format.h"
#include "base/boot.h"
#include "base/crash_point.h"
#include "base/error.h"
#include "base/hash.h"
#include "base/strings.h"

namespace quorate {
namespace {

constexpr std::string_view kFileName = "identity";
constexpr std::string_view kTitle = "quorate data folder\n";
constexpr std::string_view kChecksumField = "checksum: ";

struct Claim {
  uint64_t format = kDataFormat;
  Identity identity;
  uint64_t boot = 0;
};

std::string ChecksumLine(std::string_view text) {
  return absl::StrFormat("%s%016x\n", ToAbsl(kChecksumField), Hash64(text));
}

std::string Encode(const Claim& claim) {
  std::string text =
      StrCat(kTitle, "format: ", claim.format, "\ncluster: ", claim.identity.cluster_id,
             "\nnode: ", claim.identity.node.value(), "\nboot: ", claim.boot, "\n");
  return text + ChecksumLine(text);
}

absl::Status Damaged(std::string_view what) {
  return MakeError(
      absl::StatusCode::kDataLoss, "IDENTITY_DAMAGED",
      StrCat("file ", kFileName, " of the data folder ", what,
             ", so nobody knows whose data this is: leave the node stopped and keep the folder; "
             "the others go on, and none is rebuilt from them yet"));
}

std::optional<uint64_t> Number(const std::map<std::string, std::string>& fields,
                               const std::string& name) {
  const auto it = fields.find(name);
  if (it == fields.end()) return std::nullopt;
  uint64_t value = 0;
  const char* const end = it->second.data() + it->second.size();
  const auto [at, error] = std::from_chars(it->second.data(), end, value);
  if (error != std::errc() || at != end) return std::nullopt;
  return value;
}

std::map<std::string, std::string> Fields(std::string_view text) {
  std::map<std::string, std::string> fields;
  while (!text.empty()) {
    const std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(line.size() + 1, text.size()));
    const size_t colon = line.find(": ");
    if (colon == std::string_view::npos) continue;
    fields.emplace(line.substr(0, colon), line.substr(colon + 2));
  }
  return fields;
}

absl::StatusOr<Claim> Decode(std::string_view text) {
  const size_t checksum_at = text.rfind(kChecksumField);
  if (!text.starts_with(kTitle) || checksum_at == std::string_view::npos ||
      text.substr(checksum_at) != ChecksumLine(text.substr(0, checksum_at))) {
    return Damaged("is damaged");
  }
  const std::map<std::string, std::string> fields = Fields(text.substr(0, checksum_at));
  const std::optional<uint64_t> format = Number(fields, "format");
  if (format && *format > kDataFormat) {
    return MakeError(absl::StatusCode::kFailedPrecondition, "NEWER_FORMAT",
                     StrCat("the data folder has format ", *format, ", this kvd reads up to ",
                            kDataFormat, ": start the newer kvd again"));
  }
  const std::optional<uint64_t> node = Number(fields, "node");
  const std::optional<uint64_t> boot = Number(fields, "boot");
  const auto cluster = fields.find("cluster");
  if (!format || !node || !boot || cluster == fields.end()) return Damaged("lacks a field");
  return Claim{*format, {cluster->second, NodeId(*node)}, *boot};
}

absl::Status CheckOwner(const Identity& owner, const Identity& claimant) {
  if (owner.cluster_id != claimant.cluster_id) {
    return MakeError(absl::StatusCode::kFailedPrecondition, "FOREIGN_CLUSTER",
                     StrCat("the data folder belongs to node ", owner.node.ToString(),
                            " of cluster \"", owner.cluster_id, "\", not to cluster \"",
                            claimant.cluster_id, "\": give this node a folder of its own"));
  }
  if (owner.node != claimant.node) {
    return MakeError(absl::StatusCode::kFailedPrecondition, "FOREIGN_NODE",
                     StrCat("the data folder belongs to node ", owner.node.ToString(), ", not to ",
                            claimant.node.ToString(),
                            ": start that node on it or give this one a folder of its own"));
  }
  return absl::OkStatus();
}

// A folder with data in it and no owner lost its identity, or is someone
// else's; to start counting boots from one again would use up old numbers.
absl::Status CheckUnowned(Files& files) {
  const absl::StatusOr<std::vector<std::string>> names = files.List();
  if (!names.ok()) return names.status();
  for (const std::string& name : *names) {
    if (name == "log" || name == "data" || name.starts_with("log-")) {
      return Damaged(StrCat("is missing, but ", name, " is there"));
    }
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::optional<Identity>> ReadIdentity(Files& files) {
  const absl::StatusOr<std::string> text = files.ReadWhole(kFileName);
  if (absl::IsNotFound(text.status())) return std::nullopt;
  if (!text.ok()) return text.status();
  absl::StatusOr<Claim> found = Decode(*text);
  if (!found.ok()) return found.status();
  return std::move(found->identity);
}

absl::StatusOr<Boot> ClaimDataDir(Files& files, const Identity& identity, uint64_t random) {
  if (identity.cluster_id.empty() || identity.cluster_id.find('\n') != std::string::npos) {
    return MakeError(absl::StatusCode::kInvalidArgument, "BAD_CLUSTER_ID",
                     "a cluster id is one line of text and not empty");
  }
  Claim claim{kDataFormat, identity, 0};
  const absl::StatusOr<std::string> text = files.ReadWhole(kFileName);
  if (text.ok()) {
    absl::StatusOr<Claim> found = Decode(*text);
    if (!found.ok()) return found.status();
    if (absl::Status s = CheckOwner(found->identity, identity); !s.ok()) return s;
    claim.boot = found->boot;
  } else if (absl::IsNotFound(text.status())) {
    if (absl::Status unowned = CheckUnowned(files); !unowned.ok()) return unowned;
  } else {
    return text.status();
  }
  claim.boot = NextBoot(Boot(claim.boot), random).value();
  CrashPoint<"start-before-claim">();
  if (absl::Status s = files.ReplaceDurably(kFileName, Encode(claim)); !s.ok()) return s;
  CrashPoint<"start-after-claim">();
  return Boot(claim.boot);
}

}  // namespace quorate
