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
    order_[hint.partition].insert(hint.id);
    hints_[hint.id].hint = std::move(hint);
  }
}

uint64_t Hints::BytesOf(const Hint& hint) {
  return kOverheadBytes + hint.command.size() + hint.session.size();
}

absl::StatusOr<Hint> Hints::Add(Hint hint) {
  const uint64_t bytes = BytesOf(hint);
  if (bytes_ + bytes > bytes_max_) {
    return MakeError(
        absl::StatusCode::kResourceExhausted, "HINTS_FULL",
        StrCat("no replica of ", hint.partition.ToString(), " can be reached, and ", bytes_, " of ",
               bytes_max_,
               " bytes for hints are taken; nothing was written. Bring a replica back, or allow "
               "more bytes (hints-bytes-max)"));
  }
  hint.id = ++last_id_;
  bytes_ += bytes;
  order_[hint.partition].insert(hint.id);
  hints_[hint.id].hint = hint;
  return hint;
}

const Hints::Kept* Hints::First(PartitionId partition) const {
  const auto order = order_.find(partition);
  return order == order_.end() ? nullptr : &hints_.at(*order->second.begin());
}

const Hint* Hints::HandTo(const Identity& replica, PartitionId partition) {
  const Kept* first = First(partition);
  if (first == nullptr || (first->under_way && *first->under_way != replica)) return nullptr;
  Kept& kept = hints_.at(first->hint.id);
  kept.under_way = replica;
  return &kept.hint;
}

std::optional<Identity> Hints::Holder(PartitionId partition) const {
  const Kept* first = First(partition);
  return first == nullptr ? std::nullopt : first->under_way;
}

const Hint* Hints::Find(uint64_t id) const {
  const auto found = hints_.find(id);
  return found == hints_.end() ? nullptr : &found->second.hint;
}

std::set<PartitionId> Hints::partitions() const {
  std::set<PartitionId> partitions;
  for (const auto& [partition, ids] : order_) partitions.insert(partition);
  return partitions;
}

bool Hints::Coordinated(uint64_t id) {
  const auto found = hints_.find(id);
  if (found == hints_.end()) return false;
  const PartitionId partition = found->second.hint.partition;
  bytes_ -= BytesOf(found->second.hint);
  hints_.erase(found);
  std::set<uint64_t>& order = order_.at(partition);
  order.erase(id);
  if (order.empty()) order_.erase(partition);
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
  AppendVarint(hint.at_us, out);
  AppendSized(hint.command, out);
  AppendSized(hint.session, out);
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
  hint.at_us = reader.Varint();
  hint.command = reader.Sized();
  hint.session = reader.Sized();
  if (!reader.done()) {
    return MakeError(absl::StatusCode::kDataLoss, "HINT_DAMAGED",
                     StrCat("a hint of ", bytes.size(),
                            " bytes can't be read; a write at ANY that this node took is lost"));
  }
  return hint;
}

}  // namespace quorate::quorum
