#include "quorum/policy_op.h"

#include "base/error.h"
#include "base/strings.h"
#include "quorum/body_codec.h"
#include "quorum/bytes.h"

namespace quorate::quorum {
namespace {

constexpr size_t kDeltaBytes = 8;

absl::Status Bad(BodyKind kind, std::string_view what) {
  return MakeError(absl::StatusCode::kInvalidArgument, "BAD_POLICY_OP",
                   StrCat("what was asked of a ", BodyKindName(kind), " ", what,
                          "; let the client library make it"));
}

// What is not for this policy, or not even for any.
absl::StatusOr<std::string_view> OpenOp(BodyKind kind, std::string_view bytes) {
  absl::StatusOr<std::string_view> opened = OpenBody(kind, bytes);
  if (opened.ok() || ReasonOf(opened.status()) != "BODY_DAMAGED") return opened;
  return Bad(kind, "does not begin as it should");
}

int64_t ReadDelta(Reader& reader) { return static_cast<int64_t>(reader.Fixed(kDeltaBytes)); }

void AppendDelta(int64_t delta, std::string& out) {
  AppendFixed(static_cast<uint64_t>(delta), kDeltaBytes, out);
}

}  // namespace

std::string EncodeOp(const CounterOp& op) {
  std::string out = BeginBody(BodyKind::kCounter);
  AppendDelta(op.delta, out);
  return out;
}

std::string EncodeOp(const SetOp& op) {
  std::string out = BeginBody(BodyKind::kSet);
  out.push_back(static_cast<char>(op.kind));
  return out + op.element;
}

std::string EncodeOp(const MapOp& op) {
  std::string out = BeginBody(BodyKind::kMap);
  out.push_back(static_cast<char>(op.kind));
  AppendSized(op.field, out);
  if (op.kind == MapOp::Kind::kAddToCounter) {
    AppendDelta(op.delta, out);
  } else {
    out += op.value;
  }
  return out;
}

absl::StatusOr<CounterOp> DecodeCounterOp(std::string_view bytes) {
  absl::StatusOr<std::string_view> opened = OpenOp(BodyKind::kCounter, bytes);
  if (!opened.ok()) return opened.status();
  Reader reader(*opened);
  const CounterOp op{ReadDelta(reader)};
  if (!reader.done()) return Bad(BodyKind::kCounter, "is not 8 bytes to add");
  return op;
}

absl::StatusOr<SetOp> DecodeSetOp(std::string_view bytes) {
  absl::StatusOr<std::string_view> opened = OpenOp(BodyKind::kSet, bytes);
  if (!opened.ok()) return opened.status();
  Reader reader(*opened);
  const uint8_t kind = reader.Byte();
  if (kind < 1 || kind > static_cast<uint8_t>(SetOp::Kind::kRemove)) {
    return Bad(BodyKind::kSet, StrCat("is number ", int{kind}, ", which there is not"));
  }
  return SetOp{static_cast<SetOp::Kind>(kind), std::string(reader.left())};
}

absl::StatusOr<MapOp> DecodeMapOp(std::string_view bytes) {
  absl::StatusOr<std::string_view> opened = OpenOp(BodyKind::kMap, bytes);
  if (!opened.ok()) return opened.status();
  Reader reader(*opened);
  MapOp op;
  const uint8_t kind = reader.Byte();
  if (kind < 1 || kind > static_cast<uint8_t>(MapOp::Kind::kRemoveSet)) {
    return Bad(BodyKind::kMap, StrCat("is number ", int{kind}, ", which there is not"));
  }
  op.kind = static_cast<MapOp::Kind>(kind);
  op.field = reader.Sized();
  if (op.kind == MapOp::Kind::kAddToCounter) {
    op.delta = ReadDelta(reader);
    if (!reader.done()) return Bad(BodyKind::kMap, "is not a field and 8 bytes to add");
    return op;
  }
  if (!reader.ok()) return Bad(BodyKind::kMap, "ends within the field's name");
  op.value = reader.left();
  return op;
}

}  // namespace quorate::quorum
