#include "base/session_token.h"

#include <utility>

#include "base/error.h"
#include "base/hash.h"
#include "base/strings.h"
#include "base/varint.h"

namespace quorate {
namespace {

constexpr char kFormat = 1;
// With keyspaces of mode quorum. Builds that know none read the first.
constexpr char kLeaderlessFormat = 2;
constexpr size_t kChecksumBytes = 8;
constexpr size_t kClusterBytes = 8;
constexpr size_t kHashBytes = 8;      // of a keyspace's name
constexpr uint64_t kSeed = 0x736573;  // tells a token from other checksummed bytes

void AppendFixed64(uint64_t value, std::string& out) {
  for (int shift = 0; shift < 64; shift += 8) out.push_back(static_cast<char>(value >> shift));
}

uint64_t Fixed64(std::string_view bytes) {
  uint64_t value = 0;
  for (size_t i = 8; i > 0; --i) value = value << 8 | static_cast<uint8_t>(bytes[i - 1]);
  return value;
}

absl::Status Damaged() {
  return MakeError(absl::StatusCode::kInvalidArgument, "SESSION_DAMAGED",
                   "this is no session token, or not all of one: begin a new session");
}

// Each of the triples: a partition's distance to the one before, term, index.
bool TakePlace(std::string_view& body, uint64_t& partition, Seen& seen) {
  const auto step = TakeVarint(body);
  const auto term = TakeVarint(body);
  const auto index = TakeVarint(body);
  if (!step || !term || !index) return false;
  partition += *step;
  seen = {Term(*term), LogIndex(*index)};
  return true;
}

}  // namespace

uint64_t SessionToken::HashOf(std::string_view keyspace) { return Hash64(keyspace); }

void SessionToken::SetLeaderless(uint64_t keyspace_hash, std::string bytes) {
  if (bytes.empty()) {
    leaderless_.erase(keyspace_hash);
  } else {
    leaderless_[keyspace_hash] = std::move(bytes);
  }
}

const std::string& SessionToken::FindLeaderless(std::string_view keyspace) const {
  static const std::string kNothing;
  const auto it = leaderless_.find(HashOf(keyspace));
  return it == leaderless_.end() ? kNothing : it->second;
}

void SessionToken::Note(PartitionId partition, Seen seen) {
  if (!seen.index) return;
  Seen& known = seen_[partition];
  if (seen.term > known.term || (seen.term == known.term && seen.index > known.index)) known = seen;
}

void SessionToken::Merge(const SessionToken& other) {
  for (const auto& [partition, seen] : other.seen_) Note(partition, seen);
}

Seen SessionToken::Find(PartitionId partition) const {
  const auto it = seen_.find(partition);
  return it == seen_.end() ? Seen() : it->second;
}

bool SessionToken::FindsAny(PartitionId first, PartitionId last) const {
  const auto it = seen_.lower_bound(first);
  return it != seen_.end() && it->first <= last;
}

std::string SessionToken::Encode(std::string_view cluster_id) const {
  if (empty()) return {};
  std::string body;
  AppendFixed64(Hash64(cluster_id), body);
  if (!leaderless_.empty()) AppendVarint(seen_.size(), body);
  uint64_t before = 0;
  for (const auto& [partition, seen] : seen_) {
    AppendVarint(partition.value() - before, body);
    AppendVarint(seen.term.value(), body);
    AppendVarint(seen.index.value(), body);
    before = partition.value();
  }
  for (const auto& [keyspace, bytes] : leaderless_) {
    AppendFixed64(keyspace, body);
    AppendVarint(bytes.size(), body);
    body += bytes;
  }
  std::string bytes(1, leaderless_.empty() ? kFormat : kLeaderlessFormat);
  AppendFixed64(Hash64(body, kSeed), bytes);
  return bytes + body;
}

absl::StatusOr<SessionToken> SessionToken::Decode(std::string_view bytes,
                                                  std::string_view cluster_id) {
  SessionToken token;
  if (bytes.empty()) return token;
  const char format = bytes.front();
  if (format > kLeaderlessFormat) {
    return MakeError(absl::StatusCode::kInvalidArgument, "SESSION_NEWER",
                     "the session token was made by a later version; begin a new session");
  }
  if (format < kFormat || bytes.size() < 1 + kChecksumBytes + kClusterBytes) return Damaged();
  std::string_view body = bytes.substr(1 + kChecksumBytes);
  if (Fixed64(bytes.substr(1)) != Hash64(body, kSeed)) return Damaged();
  if (Fixed64(body) != Hash64(cluster_id)) {
    return MakeError(absl::StatusCode::kInvalidArgument, "SESSION_OTHER_CLUSTER",
                     "the session token is of another cluster; begin a new session here");
  }
  body.remove_prefix(kClusterBytes);
  if (!(format == kFormat ? token.TakePlaces(body) : token.TakeBoth(body))) return Damaged();
  return token;
}

bool SessionToken::TakePlaces(std::string_view body) {
  uint64_t partition = 0;
  Seen seen;
  while (!body.empty()) {
    if (!TakePlace(body, partition, seen)) return false;
    Note(PartitionId(partition), seen);
  }
  return true;
}

bool SessionToken::TakeBoth(std::string_view body) {
  const auto places = TakeVarint(body);
  if (!places) return false;
  uint64_t partition = 0;
  Seen seen;
  for (uint64_t left = *places; left > 0; --left) {
    if (!TakePlace(body, partition, seen)) return false;
    Note(PartitionId(partition), seen);
  }
  while (!body.empty()) {
    if (body.size() < kHashBytes) return false;
    const uint64_t keyspace = Fixed64(body);
    body.remove_prefix(kHashBytes);
    const auto size = TakeVarint(body);
    if (!size || *size == 0 || *size > body.size()) return false;
    SetLeaderless(keyspace, std::string(body.substr(0, *size)));
    body.remove_prefix(*size);
  }
  return true;
}

}  // namespace quorate
