#include "base/session_token.h"

#include "base/error.h"
#include "base/hash.h"
#include "base/strings.h"
#include "base/varint.h"

namespace quorate {
namespace {

constexpr char kFormat = 1;
constexpr size_t kChecksumBytes = 8;
constexpr size_t kClusterBytes = 8;
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

}  // namespace

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

std::string SessionToken::Encode(std::string_view cluster_id) const {
  if (seen_.empty()) return {};
  std::string body;
  AppendFixed64(Hash64(cluster_id), body);
  uint64_t before = 0;
  for (const auto& [partition, seen] : seen_) {
    AppendVarint(partition.value() - before, body);
    AppendVarint(seen.term.value(), body);
    AppendVarint(seen.index.value(), body);
    before = partition.value();
  }
  std::string bytes(1, kFormat);
  AppendFixed64(Hash64(body, kSeed), bytes);
  return bytes + body;
}

absl::StatusOr<SessionToken> SessionToken::Decode(std::string_view bytes,
                                                  std::string_view cluster_id) {
  SessionToken token;
  if (bytes.empty()) return token;
  if (bytes.front() > kFormat) {
    return MakeError(absl::StatusCode::kInvalidArgument, "SESSION_NEWER",
                     "the session token was made by a later version; begin a new session");
  }
  if (bytes.front() != kFormat || bytes.size() < 1 + kChecksumBytes + kClusterBytes) {
    return Damaged();
  }
  std::string_view body = bytes.substr(1 + kChecksumBytes);
  if (Fixed64(bytes.substr(1)) != Hash64(body, kSeed)) return Damaged();
  if (Fixed64(body) != Hash64(cluster_id)) {
    return MakeError(absl::StatusCode::kInvalidArgument, "SESSION_OTHER_CLUSTER",
                     "the session token is of another cluster; begin a new session here");
  }
  body.remove_prefix(kClusterBytes);
  uint64_t partition = 0;
  while (!body.empty()) {
    const auto step = TakeVarint(body);
    const auto term = TakeVarint(body);
    const auto index = TakeVarint(body);
    if (!step || !term || !index) return Damaged();
    partition += *step;
    token.Note(PartitionId(partition), {Term(*term), LogIndex(*index)});
  }
  return token;
}

}  // namespace quorate
