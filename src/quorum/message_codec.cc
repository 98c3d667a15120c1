#include <type_traits>

#include "base/error.h"
#include "base/strings.h"
#include "quorum/bytes.h"
#include "quorum/keys_codec.h"
#include "quorum/legacy_codec.h"
#include "quorum/message.h"
#include "quorum/message_parts.h"
#include "quorum/register_codec.h"
#include "quorum/run_codec.h"

namespace quorate::quorum {
namespace {

constexpr uint8_t kFormat = 1;
constexpr uint8_t kSecondFormat = 2;
constexpr uint8_t kThirdFormat = 3;   // operations on registers
constexpr uint8_t kFourthFormat = 4;  // registers whose disk was lost

bool OfARegistersOperation(const Message& message) {
  if (const auto* ask = std::get_if<RegisterAsk>(&message.body)) return bool{ask->operation};
  if (const auto* answer = std::get_if<RegisterAnswer>(&message.body)) return answer->reply.closed;
  const auto* told = std::get_if<ResolveAnswer>(&message.body);
  return told != nullptr && told->operation && told->operation->attempt;
}

constexpr uint8_t kFifthFormat = 5;    // knowledge with the dots of ended boots
constexpr uint8_t kSixthFormat = 6;    // both
constexpr uint8_t kSeventhFormat = 7;  // one answer to many asks
constexpr uint8_t kEighthFormat = 8;   // runs
constexpr uint8_t kMoved = 0x80;       // in the kind: the epoch of the members is told

bool CountsEndedDots(const Message& message) {
  const Knowledge* known = nullptr;
  if (const auto* ask = std::get_if<SyncAsk>(&message.body)) known = &ask->knowledge;
  if (const auto* answer = std::get_if<SyncAnswer>(&message.body)) known = &answer->knowledge;
  if (const auto* fill = std::get_if<FillAnswer>(&message.body)) known = &fill->knowledge;
  return known != nullptr && !known->ended_dots.empty();
}

bool OfALostDisk(const Message& message) {
  if (const auto* fill = std::get_if<FillAnswer>(&message.body)) return fill->floor.has_value();
  const auto* answer = std::get_if<RegisterAnswer>(&message.body);
  return answer != nullptr && (!answer->lives.empty() || answer->reply.inherited);
}

uint8_t FormatOf(const Message& message) {
  if (CountsEndedDots(message)) return OfALostDisk(message) ? kSixthFormat : kFifthFormat;
  if (OfALostDisk(message)) return kFourthFormat;
  if (OfARegistersOperation(message)) return kThirdFormat;
  if (std::holds_alternative<RunAsk>(message.body)) return kEighthFormat;
  const auto* write = std::get_if<WriteAsk>(&message.body);
  const auto* written = std::get_if<WriteAnswer>(&message.body);
  if (written != nullptr && written->count != 1) return kSeventhFormat;
  const auto* read = std::get_if<ReadAnswer>(&message.body);
  const bool later = (write != nullptr && write->operation) ||
                     (written != nullptr && !written->lives.empty()) ||
                     (read != nullptr && !read->lives.empty()) ||
                     std::holds_alternative<ResolveAsk>(message.body) ||
                     std::holds_alternative<ResolveAnswer>(message.body);
  return later ? kSecondFormat : kFormat;
}

// One pair of functions for each kind, numbered by its place in the variant.

void AppendWrite(const WriteAsk& ask, const SeenClock& context, std::string& out) {
  AppendVarint(ask.id, out);
  AppendSized(ask.key, out);
  AppendSizedRecord(ask.key, ask.record, out);
  context.AppendTo(out);
  if (ask.operation) AppendOperation(*ask.operation, out);
}
void Append(const WriteAsk& ask, std::string& out) { AppendWrite(ask, *ask.context, out); }
void Take(WriteAsk& ask, Reader& reader) {
  ask.id = reader.Varint();
  ask.key = reader.Sized();
  ask.record = TakeRecord(ask.key, reader);
  ask.context = SeenClock::TakeFrom(reader);
}

void Append(const WriteAnswer& answer, std::string& out) {
  AppendVarint(answer.id, out);
  AppendFlag(answer.refused, out);
  const bool many = answer.count != 1;
  if (many || !answer.lives.empty()) AppendLives(answer.lives, out);
  if (many) AppendVarint(answer.count, out);
}
void Take(WriteAnswer& answer, Reader& reader) {
  answer.id = reader.Varint();
  answer.refused = reader.Flag();
}
// Of the seventh format.
void TakeOfMany(WriteAnswer& answer, Reader& reader) {
  answer.lives = TakeLives(reader);
  answer.count = reader.Varint();
  if (answer.count < 2 || answer.count > WriteAnswer::kCountMax) reader.Spoil();
}

void Append(const ReadAsk& ask, std::string& out) {
  AppendVarint(ask.id, out);
  AppendSized(ask.key, out);
  AppendFlag(ask.data, out);
  ask.demand.AppendTo(out);
}
void Take(ReadAsk& ask, Reader& reader) {
  ask.id = reader.Varint();
  ask.key = reader.Sized();
  ask.data = reader.Flag();
  ask.demand = SeenClock::TakeFrom(reader);
}

// The record's checksum holds for the key it was asked by, so its bytes travel
// with the key left out.
void Append(const ReadAnswer& answer, std::string& out) {
  AppendVarint(answer.id, out);
  AppendFlag(answer.covered, out);
  AppendDot(answer.version.dot, out);
  AppendFixed(answer.version.time.value(), 8, out);
  AppendFixed(answer.version.digest, 8, out);
  AppendOptional("", answer.record, out);
  answer.seen.AppendTo(out);
  if (!answer.lives.empty()) AppendLives(answer.lives, out);
}
void Take(ReadAnswer& answer, Reader& reader) {
  answer.id = reader.Varint();
  answer.covered = reader.Flag();
  answer.version.dot = reader.Dot();
  answer.version.time = HlcTime(reader.Fixed(8));
  answer.version.digest = reader.Fixed(8);
  answer.record = TakeOptional("", reader);
  answer.seen = SeenClock::TakeFrom(reader);
}

void Append(const SyncAsk& ask, std::string& out) {
  AppendVarint(ask.id, out);
  ask.knowledge.AppendTo(out);
  if (ask.all) AppendFlag(true, out);
}
void Take(SyncAsk& ask, Reader& reader) {
  ask.id = reader.Varint();
  ask.knowledge = Knowledge::TakeFrom(reader);
  ask.all = !reader.done() && reader.Flag();
}

// SyncAnswer and FillAnswer have the same fields.
template <class Answer>
void AppendPage(const Answer& answer, std::string& out) {
  AppendVarint(answer.id, out);
  answer.knowledge.AppendTo(out);
  AppendFlag(answer.complete, out);
  AppendRecords(answer.records, out);
}
template <class Answer>
void TakePage(Answer& answer, Reader& reader, bool promises = false) {
  answer.id = reader.Varint();
  answer.knowledge = Knowledge::TakeFrom(reader);
  answer.complete = reader.Flag();
  answer.records = TakeRecords(reader, promises);
}

void Append(const SyncAnswer& answer, std::string& out) {
  AppendPage(answer, out);
  if (answer.under_way) AppendFlag(true, out);
}
void Take(SyncAnswer& answer, Reader& reader) {
  TakePage(answer, reader);
  answer.under_way = !reader.done() && reader.Flag();
}

void Append(const FillAsk& ask, std::string& out) {
  AppendVarint(ask.id, out);
  AppendSized(ask.after, out);
}
void Take(FillAsk& ask, Reader& reader) {
  ask.id = reader.Varint();
  ask.after = reader.Sized();
}

void Append(const FillAnswer& answer, std::string& out) {
  AppendPage(answer, out);
  AppendFixed(answer.time.value(), 8, out);
  if (answer.floor) AppendBallot(*answer.floor, out);
}
void Take(FillAnswer& answer, Reader& reader) {
  TakePage(answer, reader);
  answer.time = HlcTime(reader.Fixed(8));
}
// Of the fourth format.
void TakeOfALostDisk(FillAnswer& answer, Reader& reader) {
  TakePage(answer, reader, /*promises=*/true);
  answer.time = HlcTime(reader.Fixed(8));
  answer.floor = ReadBallot(reader);
}

void Append(const VerifyAsk& ask, std::string& out) {
  AppendVarint(ask.id, out);
  ask.seen.AppendTo(out);
  AppendSized(ask.after, out);
  AppendSized(ask.last, out);
  AppendVarint(ask.calendar_us, out);
  AppendFixed(ask.digest, 8, out);
}
void Take(VerifyAsk& ask, Reader& reader) {
  ask.id = reader.Varint();
  ask.seen = SeenClock::TakeFrom(reader);
  ask.after = reader.Sized();
  ask.last = reader.Sized();
  ask.calendar_us = reader.Varint();
  ask.digest = reader.Fixed(8);
}

void Append(const VerifyAnswer& answer, std::string& out) {
  AppendVarint(answer.id, out);
  AppendFlag(answer.same, out);
  AppendRecords(answer.records, out);
}
void Take(VerifyAnswer& answer, Reader& reader) {
  answer.id = reader.Varint();
  answer.same = reader.Flag();
  answer.records = TakeRecords(reader);
}

void Append(const RegisterAsk& ask, std::string& out) {
  AppendVarint(ask.id, out);
  AppendSized(ask.key, out);
  AppendRegisterRequest(ask.request, out);
  if (!ask.operation) return;
  AppendOperationId(ask.operation, out);
  AppendFlag(ask.row.has_value(), out);
  if (ask.row) AppendOperation(*ask.row, out);
}
void Take(RegisterAsk& ask, Reader& reader) {
  ask.id = reader.Varint();
  ask.key = reader.Sized();
  ask.request = TakeRegisterRequest(reader);
}
// Of the third format.
void TakeOperationOf(RegisterAsk& ask, Reader& reader) {
  ask.operation = TakeOperationId(reader);
  if (reader.Flag()) ask.row = TakeOperation(reader);
  if (!ask.operation || (ask.row && !ask.row->attempt)) reader.Spoil();
}

void Append(const RegisterAnswer& answer, std::string& out) {
  AppendVarint(answer.id, out);
  AppendFlag(answer.too_far_ahead, out);
  AppendRegisterReply(answer.reply, out);
  if (!answer.lives.empty() || answer.reply.inherited) AppendLives(answer.lives, out);
}
void Take(RegisterAnswer& answer, Reader& reader) {
  answer.id = reader.Varint();
  answer.too_far_ahead = reader.Flag();
  answer.reply = TakeRegisterReply(reader);
}
void TakeOfALostDisk(RegisterAnswer& answer, Reader& reader) {
  Take(answer, reader);
  answer.lives = TakeLives(reader);
}

void Append(const ResolveAsk& ask, std::string& out) {
  AppendVarint(ask.id, out);
  AppendOperationId(ask.operation, out);
  AppendFlag(ask.fence, out);
  AppendLives(ask.lives, out);
}
void Take(ResolveAsk& ask, Reader& reader) {
  ask.id = reader.Varint();
  ask.operation = TakeOperationId(reader);
  ask.fence = reader.Flag();
  ask.lives = TakeLives(reader);
}

void Append(const ResolveAnswer& answer, std::string& out) {
  AppendVarint(answer.id, out);
  out.push_back(static_cast<char>(answer.standing));
  AppendLives(answer.heard, out);
  AppendFlag(answer.operation.has_value(), out);
  if (!answer.operation) return;
  AppendOperation(*answer.operation, out);
  AppendSized(answer.key, out);
  AppendOptional(answer.key, answer.record, out);
  answer.seen.AppendTo(out);
}
void Take(ResolveAnswer& answer, Reader& reader) {
  answer.id = reader.Varint();
  const uint8_t standing = reader.Byte();
  if (standing > static_cast<uint8_t>(Standing::kForgotten)) reader.Spoil();
  answer.standing = static_cast<Standing>(standing);
  answer.heard = TakeLives(reader);
  if (!reader.Flag()) return;
  answer.operation = TakeOperation(reader);
  answer.key = reader.Sized();
  answer.record = TakeOptional(answer.key, reader);
  answer.seen = SeenClock::TakeFrom(reader);
}

using Body = decltype(Message::body);

template <size_t kind = 0>
bool TakeKind(uint8_t wanted, uint8_t format, Body& body, Reader& reader) {
  if constexpr (kind == std::variant_size_v<Body>) {
    return false;
  } else {
    if (wanted != kind + 1) return TakeKind<kind + 1>(wanted, format, body, reader);
    auto& taken = body.emplace<kind>();
    if constexpr (requires { TakeOfALostDisk(taken, reader); }) {
      const bool lost = format == kFourthFormat || format == kSixthFormat;
      if (lost) return TakeOfALostDisk(taken, reader), true;
    }
    Take(taken, reader);
    return true;
  }
}

// What a body has in the second format only.
void TakeLater(Body& body, Reader& reader) {
  if (auto* write = std::get_if<WriteAsk>(&body)) write->operation = TakeOperation(reader);
  if (auto* written = std::get_if<WriteAnswer>(&body)) written->lives = TakeLives(reader);
  if (auto* read = std::get_if<ReadAnswer>(&body)) read->lives = TakeLives(reader);
}

}  // namespace

std::string EncodeMessage(const Message& message) {
  std::string out;
  AppendMessage(message, /*with_context=*/true, out);
  return out;
}

void AppendMessage(const Message& message, bool with_context, std::string& out) {
  out.push_back(static_cast<char>(FormatOf(message)));
  const uint8_t moved = message.epoch == Epoch() ? 0 : kMoved;
  out.push_back(static_cast<char>(message.body.index() + 1 + moved));
  AppendVarint(message.from.boot.value(), out);
  AppendVarint(message.to_boot.value(), out);
  if (moved != 0) AppendVarint(message.epoch.value(), out);
  const auto* write = std::get_if<WriteAsk>(&message.body);
  if (write != nullptr && !with_context) return AppendWrite(*write, {}, out);
  std::visit([&](const auto& body) { Append(body, out); }, message.body);
}

absl::Status DecodeMessage(NodeId from, NodeId to, std::string_view bytes, Message& message) {
  Reader reader(bytes);
  const uint8_t format = reader.Byte();
  const uint8_t bits = reader.Byte();
  const uint8_t kind = bits & ~kMoved;
  message.to = to;
  message.from = {from, Boot(reader.Varint())};
  message.to_boot = Boot(reader.Varint());
  if ((bits & kMoved) != 0) message.epoch = Epoch(reader.Varint());
  if (reader.ok() && (format < kFormat || format > kEighthFormat)) {
    return MakeError(
        absl::StatusCode::kInvalidArgument, "NEWER_FORMAT",
        StrCat("a message of ", from.ToString(), " has format ", int{format}, ", this build reads ",
               int{kEighthFormat}, "; run the newer build here as well"));
  }
  const bool known = TakeKind(kind, format, message.body, reader);
  if (known && format == kSecondFormat) TakeLater(message.body, reader);
  auto* of_many = std::get_if<WriteAnswer>(&message.body);
  if (known && of_many != nullptr && format == kSeventhFormat) TakeOfMany(*of_many, reader);
  auto* of_register = std::get_if<RegisterAsk>(&message.body);
  if (known && of_register != nullptr && format == kThirdFormat) {
    TakeOperationOf(*of_register, reader);
  }
  if (!known || !reader.done()) {
    return MakeError(
        absl::StatusCode::kInvalidArgument, "MESSAGE_DAMAGED",
        StrCat("a message of ", from.ToString(), " of ", bytes.size(), " bytes and kind ",
               int{kind}, " can't be read; it is dropped, and sent anew"));
  }
  return absl::OkStatus();
}

}  // namespace quorate::quorum
