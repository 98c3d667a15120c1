#include "quorum/operations.h"

#include <algorithm>
#include <utility>

#include "base/error.h"
#include "base/strings.h"
#include "quorum/bytes.h"

namespace quorate::quorum {

void AppendOperationId(const OperationId& id, std::string& out) {
  AppendVarint(id.writer, out);
  AppendVarint(id.sequence, out);
}

OperationId TakeOperationId(Reader& reader) {
  const uint64_t writer = reader.Varint();
  return {writer, reader.Varint()};
}

namespace {

// No writer has the number 0, so what follows one is of a register.
constexpr uint8_t kRemoves = 1;
constexpr uint8_t kFound = 2;
constexpr uint8_t kHasSum = 4;
constexpr uint8_t kClosed = 8;
constexpr int kEndShift = 4;
constexpr uint8_t kFlagsMax = (static_cast<uint8_t>(RegisterAttempt::End::kNever) << kEndShift) +
                              kRemoves + kFound + kHasSum + kClosed;

void AppendAttempt(const RegisterAttempt& attempt, std::string& out) {
  AppendVarint(0, out);
  uint8_t flags = static_cast<uint8_t>(static_cast<uint8_t>(attempt.end) << kEndShift);
  if (attempt.removes) flags |= kRemoves;
  if (attempt.found) flags |= kFound;
  if (attempt.sum) flags |= kHasSum;
  if (attempt.closed) flags |= kClosed;
  out.push_back(static_cast<char>(flags));
  AppendVarint(attempt.counter, out);
  if (attempt.sum) AppendFixed(static_cast<uint64_t>(*attempt.sum), 8, out);
}

// Behind the 0.
RegisterAttempt TakeAttempt(Reader& reader) {
  RegisterAttempt attempt;
  const uint8_t flags = reader.Byte();
  if (flags > kFlagsMax) reader.Spoil();
  attempt.removes = (flags & kRemoves) != 0;
  attempt.found = (flags & kFound) != 0;
  attempt.closed = (flags & kClosed) != 0;
  attempt.end = static_cast<RegisterAttempt::End>(flags >> kEndShift);
  attempt.counter = reader.Varint();
  if (attempt.counter == 0) reader.Spoil();
  if ((flags & kHasSum) != 0) attempt.sum = static_cast<int64_t>(reader.Fixed(8));
  return attempt;
}

}  // namespace

void AppendOperation(const Operation& operation, std::string& out) {
  if (operation.attempt) AppendAttempt(*operation.attempt, out);
  AppendOperationId(operation.id, out);
  AppendVarint(operation.settled_below, out);
  AppendFixed(operation.body, 4, out);
  AppendDot(operation.dot, out);
  AppendFixed(operation.time.value(), 8, out);
}

Operation TakeOperation(Reader& reader) {
  Operation operation;
  operation.id.writer = reader.Varint();
  if (operation.id.writer == 0 && reader.ok()) {
    operation.attempt = TakeAttempt(reader);
    operation.id.writer = reader.Varint();
  }
  operation.id.sequence = reader.Varint();
  operation.settled_below = reader.Varint();
  operation.body = static_cast<uint32_t>(reader.Fixed(4));
  operation.dot = reader.Dot();
  operation.time = HlcTime(reader.Fixed(8));
  if (!operation.dot || !operation.id || operation.id.sequence == 0) reader.Spoil();
  return operation;
}

std::string EncodeRow(const Operations::Row& row) {
  std::string bytes;
  AppendSized(row.key, bytes);
  AppendOperation(row.operation, bytes);
  return bytes;
}

absl::StatusOr<Operations::Row> DecodeRow(std::string_view bytes) {
  Reader reader(bytes);
  Operations::Row row;
  row.key = reader.Sized();
  row.operation = TakeOperation(reader);
  if (reader.done()) return row;
  return MakeError(
      absl::StatusCode::kDataLoss, "OPERATION_DAMAGED",
      StrCat("what is kept of an operation, ", bytes.size(),
             " bytes, can't be read; leave this node stopped and keep its data folder: the "
             "others go on, and none is rebuilt from them yet"));
}

const std::optional<Operations::Row>* Operations::FindEntry(const OperationId& id) const {
  const auto writer = writers_.find(id.writer);
  if (writer == writers_.end()) return nullptr;
  const auto found = writer->second.writes.find(id.sequence);
  return found == writer->second.writes.end() ? nullptr : &found->second;
}

Standing Operations::StandingOf(const OperationId& id) const {
  if (const auto* entry = FindEntry(id)) return *entry ? Standing::kApplied : Standing::kFenced;
  if (id.writer < floor_) return Standing::kForgotten;
  const auto writer = writers_.find(id.writer);
  const bool settled = writer != writers_.end() && id.sequence < writer->second.settled_below;
  return settled ? Standing::kSettled : Standing::kUnknown;
}

const Operations::Row* Operations::Find(const OperationId& id) const {
  const auto* entry = FindEntry(id);
  return entry != nullptr && *entry ? &**entry : nullptr;
}

size_t Operations::CountBelow(uint64_t writer, uint64_t below) const {
  const auto found = writers_.find(writer);
  if (found == writers_.end()) return 0;
  const auto& writes = found->second.writes;
  return static_cast<size_t>(std::distance(writes.begin(), writes.lower_bound(below)));
}

uint64_t Operations::FloorFor(size_t most) const {
  size_t left = size_;
  for (const auto& [id, writer] : writers_) {
    if (left <= most) return id;
    left -= writer.writes.size();
  }
  return writers_.empty() ? floor_ : writers_.rbegin()->first + 1;
}

void Operations::Set(const OperationId& id, std::optional<Row> entry) {
  const bool fresh =
      writers_[id.writer].writes.insert_or_assign(id.sequence, std::move(entry)).second;
  size_ += fresh ? 1 : 0;
}

void Operations::Put(Row row) {
  const OperationId id = row.operation.id;
  Set(id, std::move(row));
}

void Operations::Fence(const OperationId& id) { Set(id, std::nullopt); }

void Operations::Settle(uint64_t writer, uint64_t below) {
  Writer& settled = writers_[writer];
  settled.settled_below = std::max(settled.settled_below, below);
  const auto end = settled.writes.lower_bound(below);
  size_ -= static_cast<size_t>(std::distance(settled.writes.begin(), end));
  settled.writes.erase(settled.writes.begin(), end);
}

void Operations::Forget(uint64_t writers_below) {
  floor_ = std::max(floor_, writers_below);
  const auto end = writers_.lower_bound(writers_below);
  for (auto at = writers_.begin(); at != end; ++at) size_ -= at->second.writes.size();
  writers_.erase(writers_.begin(), end);
}

}  // namespace quorate::quorum
