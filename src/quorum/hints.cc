#include "quorum/hints.h"

#include <algorithm>

#include "base/error.h"
#include "base/strings.h"
#include "quorum/bytes.h"

namespace quorate::quorum {
namespace {

constexpr uint8_t kFormat = 1;
constexpr uint8_t kSecondFormat = 2;  // with the life that gave its number
// What a hint takes beside its bytes, in memory and in the log.
constexpr uint64_t kOverheadBytes = 64;

}  // namespace

Hints::Hints(uint64_t bytes_max, std::vector<Hint> kept, uint64_t last_id, Boot life)
    : bytes_max_(bytes_max), last_id_(last_id), life_(life) {
  for (Hint& hint : kept) {
    bytes_ += BytesOf(hint);
    last_id_ = std::max(last_id_, hint.id);
    queues_[hint.partition].ids.insert(hint.id);
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
  hint.life = life_;
  bytes_ += bytes;
  queues_[hint.partition].ids.insert(hint.id);
  hints_[hint.id].hint = hint;
  return hint;
}

const Hints::Kept* Hints::FirstKept(PartitionId partition) const {
  const auto queue = queues_.find(partition);
  return queue == queues_.end() ? nullptr : &hints_.at(*queue->second.ids.begin());
}

const Hint* Hints::First(PartitionId partition) const {
  const Kept* first = FirstKept(partition);
  return first == nullptr ? nullptr : &first->hint;
}

NodeId Hints::Holder(PartitionId partition) const {
  const auto queue = queues_.find(partition);
  return queue == queues_.end() ? NodeId() : queue->second.holder;
}

void Hints::Hold(PartitionId partition, NodeId holder) {
  const auto queue = queues_.find(partition);
  if (queue == queues_.end() || queue->second.holder == holder) return;
  queue->second.holder = holder;
  for (uint64_t id : queue->second.ids) SetDoubt(id, false);
}

bool Hints::InDoubt(PartitionId partition) const {
  const Kept* first = FirstKept(partition);
  return first != nullptr && first->doubt;
}

void Hints::SetDoubt(uint64_t id, bool doubt) {
  if (const auto found = hints_.find(id); found != hints_.end()) found->second.doubt = doubt;
}

void Hints::DoubtAll(PartitionId partition, NodeId holder) {
  const auto queue = queues_.find(partition);
  if (queue == queues_.end()) return;
  queue->second.holder = holder;
  for (uint64_t id : queue->second.ids) SetDoubt(id, true);
}

const Hint* Hints::Find(uint64_t id) const {
  const auto found = hints_.find(id);
  return found == hints_.end() ? nullptr : &found->second.hint;
}

std::set<PartitionId> Hints::partitions() const {
  std::set<PartitionId> partitions;
  for (const auto& [partition, queue] : queues_) partitions.insert(partition);
  return partitions;
}

void Hints::Leave(PartitionId partition, uint64_t id) {
  std::set<uint64_t>& ids = queues_.at(partition).ids;
  ids.erase(id);
  if (ids.empty()) queues_.erase(partition);
}

bool Hints::Done(uint64_t id) {
  const auto found = hints_.find(id);
  if (found == hints_.end()) return false;
  bytes_ -= BytesOf(found->second.hint);
  Leave(found->second.hint.partition, id);
  hints_.erase(found);
  return true;
}

const Hint* Hints::PutOff(uint64_t id) {
  auto node = hints_.extract(id);
  if (node.empty()) return nullptr;
  Hint& hint = node.mapped().hint;
  hint.id = ++last_id_;
  hint.life = life_;
  queues_[hint.partition].ids.insert(hint.id);
  Leave(hint.partition, id);
  node.key() = hint.id;
  return &hints_.insert(std::move(node)).position->second.hint;
}

std::string EncodeHint(const Hint& hint) {
  std::string out;
  out.push_back(static_cast<char>(hint.life ? kSecondFormat : kFormat));
  AppendVarint(hint.id, out);
  AppendVarint(hint.partition.value(), out);
  AppendVarint(hint.at_us, out);
  if (hint.life) AppendVarint(hint.life.value(), out);
  AppendSized(hint.command, out);
  AppendSized(hint.session, out);
  return out;
}

absl::StatusOr<Hint> DecodeHint(std::string_view bytes) {
  Reader reader(bytes);
  const uint8_t format = reader.Byte();
  if (reader.ok() && format != kFormat && format != kSecondFormat) {
    return MakeError(absl::StatusCode::kDataLoss, "NEWER_FORMAT",
                     StrCat("a hint has format ", int{format}, ", this build reads up to ",
                            int{kSecondFormat}, "; run the build that wrote it"));
  }
  Hint hint;
  hint.id = reader.Varint();
  hint.partition = PartitionId(reader.Varint());
  hint.at_us = reader.Varint();
  if (format == kSecondFormat) hint.life = Boot(reader.Varint());
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
