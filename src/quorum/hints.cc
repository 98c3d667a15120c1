#include "quorum/hints.h"

#include <algorithm>

#include "base/error.h"
#include "base/strings.h"
#include "quorum/bytes.h"

namespace quorate::quorum {
namespace {

constexpr uint8_t kFormat = 1;
// What a hint takes beside its bytes, in memory and in the log.
constexpr uint64_t kOverheadBytes = 64;

}  // namespace

Hints::Hints(uint64_t bytes_max, std::vector<Hint> kept, uint64_t last_id)
    : bytes_max_(bytes_max), last_id_(last_id) {
  for (Hint& hint : kept) {
    bytes_ += BytesOf(hint);
    last_id_ = std::max(last_id_, hint.id);
    hints_[hint.id].hint = std::move(hint);
  }
}

uint64_t Hints::BytesOf(const Hint& hint) {
  return kOverheadBytes + hint.key.size() + hint.change.argument.size() +
         hint.change.context.size();
}

absl::StatusOr<Hint> Hints::Add(PartitionId partition, std::string key, Change change) {
  Hint hint{last_id_ + 1, partition, std::move(key), std::move(change)};
  const uint64_t bytes = BytesOf(hint);
  if (bytes_ + bytes > bytes_max_) {
    return MakeError(absl::StatusCode::kResourceExhausted, "HINTS_FULL",
                     StrCat("no replica of ", partition.ToString(), " can be reached, and ", bytes_,
                            " of ", bytes_max_,
                            " bytes for hints are taken; nothing was written. Bring a replica "
                            "back, or allow more bytes"));
  }
  bytes_ += bytes;
  last_id_ = hint.id;
  hints_[hint.id].hint = hint;
  return hint;
}

const Hint* Hints::HandTo(const Identity& replica, PartitionId partition) {
  for (auto& [id, kept] : hints_) {
    if (kept.hint.partition != partition || kept.under_way) continue;
    kept.under_way = replica;
    return &kept.hint;
  }
  return nullptr;
}

bool Hints::Coordinated(uint64_t id) {
  const auto found = hints_.find(id);
  if (found == hints_.end()) return false;
  bytes_ -= BytesOf(found->second.hint);
  hints_.erase(found);
  return true;
}

void Hints::Refused(uint64_t id) {
  if (const auto found = hints_.find(id); found != hints_.end()) found->second.under_way.reset();
}

void Hints::Lives(const Identity& replica) {
  for (auto& [id, kept] : hints_) {
    if (kept.under_way && kept.under_way->node == replica.node &&
        kept.under_way->boot < replica.boot) {
      kept.under_way.reset();
    }
  }
}

std::string EncodeHint(const Hint& hint) {
  std::string out;
  out.push_back(static_cast<char>(kFormat));
  AppendVarint(hint.id, out);
  AppendVarint(hint.partition.value(), out);
  AppendSized(hint.key, out);
  out.push_back(hint.change.remove ? 1 : 0);
  AppendVarint(hint.change.expires_at_us, out);
  AppendSized(hint.change.argument, out);
  AppendSized(hint.change.context, out);
  return out;
}

absl::StatusOr<Hint> DecodeHint(std::string_view bytes) {
  Reader reader(bytes);
  const uint8_t format = reader.Byte();
  if (reader.ok() && format != kFormat) {
    return MakeError(absl::StatusCode::kDataLoss, "NEWER_FORMAT",
                     StrCat("a hint has format ", int{format}, ", this build reads ", int{kFormat},
                            "; run the build that wrote it"));
  }
  Hint hint;
  hint.id = reader.Varint();
  hint.partition = PartitionId(reader.Varint());
  hint.key = reader.Sized();
  hint.change.remove = reader.Flag();
  hint.change.expires_at_us = reader.Varint();
  hint.change.argument = reader.Sized();
  hint.change.context = reader.Sized();
  if (!reader.done()) {
    return MakeError(absl::StatusCode::kDataLoss, "HINT_DAMAGED",
                     StrCat("a hint of ", bytes.size(),
                            " bytes can't be read; a write at ANY that this node took is lost"));
  }
  return hint;
}

}  // namespace quorate::quorum
