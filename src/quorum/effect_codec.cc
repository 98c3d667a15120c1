#include "base/error.h"
#include "base/strings.h"
#include "quorum/bytes.h"
#include "quorum/effect.h"

namespace quorate::quorum {
namespace {

constexpr uint8_t kFormat = 1;
constexpr uint8_t kSecondFormat = 2;
constexpr uint8_t kThirdFormat = 3;
constexpr uint8_t kFourthFormat = 4;   // operations on registers
constexpr uint8_t kFifthFormat = 5;    // hints with the life that gave their number
constexpr uint8_t kSixthFormat = 6;    // knowledge with the dots of ended boots
constexpr uint8_t kSeventhFormat = 7;  // replicas that move
constexpr uint8_t kEighthFormat = 8;   // runs
// Of a small record's.
constexpr size_t kBytesLikely = 160;

constexpr uint8_t kPutRecord = 1;
constexpr uint8_t kCheckpoint = 2;
constexpr uint8_t kReserveTime = 3;
constexpr uint8_t kRaiseFloor = 4;  // of the second format
constexpr uint8_t kDiscard = 5;     // likewise
// Of the third.
constexpr uint8_t kTakeHint = 6;
constexpr uint8_t kPutOperation = 7;  // as kPutRecord, and the operation
constexpr uint8_t kFence = 8;
constexpr uint8_t kSettle = 9;
constexpr uint8_t kForget = 10;
constexpr uint8_t kEnter = 11;   // of the seventh
constexpr uint8_t kPutRun = 12;  // of the eighth

uint8_t FormatOf(const Effect& effect) {
  const auto* put = std::get_if<PutRecord>(&effect);
  if (put != nullptr && put->operation) {
    return put->operation->attempt ? kFourthFormat : kThirdFormat;
  }
  const auto* checkpoint = std::get_if<Checkpoint>(&effect);
  if (checkpoint != nullptr && !checkpoint->knowledge.ended_dots.empty()) return kSixthFormat;
  if (const auto* take = std::get_if<TakeHint>(&effect)) {
    return take->hint.life ? kFifthFormat : kThirdFormat;
  }
  if (std::holds_alternative<FenceOperation>(effect) ||
      std::holds_alternative<SettleOperations>(effect) ||
      std::holds_alternative<ForgetOperations>(effect)) {
    return kThirdFormat;
  }
  if (std::holds_alternative<EnterEpoch>(effect)) return kSeventhFormat;
  if (std::holds_alternative<PutRun>(effect)) return kEighthFormat;
  const bool later =
      std::holds_alternative<Discard>(effect) || std::holds_alternative<RaiseFloor>(effect);
  return later ? kSecondFormat : kFormat;
}

struct Encoder {
  std::string& out;

  void operator()(const PutRecord& put) const {
    out.push_back(put.operation ? kPutOperation : kPutRecord);
    AppendSized(put.key, out);
    if (put.record) {
      AppendSizedRecord(put.key, *put.record, out);
    } else {
      AppendSized("", out);
    }
    AppendVarint(put.dots.size(), out);
    for (const Dot& dot : put.dots) AppendDot(dot, out);
    if (put.operation) AppendOperation(*put.operation, out);
  }
  void operator()(const Checkpoint& checkpoint) const {
    out.push_back(kCheckpoint);
    checkpoint.knowledge.AppendTo(out);
    out.push_back(checkpoint.filled ? 1 : 0);
    checkpoint.dots.AppendTo(out);
    AppendVarint(checkpoint.keys.size(), out);
    for (const std::string& key : checkpoint.keys) AppendSized(key, out);
  }
  void operator()(const ReserveTime& reserve) const {
    out.push_back(kReserveTime);
    AppendFixed(reserve.until.value(), 8, out);
  }
  void operator()(const RaiseFloor& raise) const {
    out.push_back(kRaiseFloor);
    AppendBallot(raise.floor, out);
  }
  void operator()(const Discard& discard) const {
    out.push_back(kDiscard);
    AppendSized(discard.key, out);
    AppendSizedRecord(discard.key, discard.loser, out);
    AppendDot(discard.winner, out);
    AppendFixed(discard.winner_time.value(), 8, out);
    AppendFixed(discard.at_us, 8, out);
  }
  void operator()(const TakeHint& take) const {
    out.push_back(kTakeHint);
    AppendVarint(take.hint.keeper.value(), out);
    AppendVarint(take.hint.number, out);
    if (take.hint.life) AppendVarint(take.hint.life.value(), out);
  }
  void operator()(const FenceOperation& fence) const {
    out.push_back(kFence);
    AppendOperationId(fence.id, out);
  }
  void operator()(const SettleOperations& settle) const {
    out.push_back(kSettle);
    AppendVarint(settle.writer, out);
    AppendVarint(settle.below, out);
  }
  void operator()(const ForgetOperations& forget) const {
    out.push_back(kForget);
    AppendVarint(forget.writers_below, out);
  }
  void operator()(const EnterEpoch& enter) const {
    out.push_back(kEnter);
    AppendVarint(enter.epoch.value(), out);
  }
  void operator()(const PutRun& put) const {
    out.push_back(kPutRun);
    AppendRun(put.run, out);
  }
};

template <class Dots>
void TakeDots(Reader& reader, Dots& dots) {
  for (uint64_t left = reader.Count(3); left > 0 && reader.ok(); --left) {
    dots.push_back(reader.Dot());
  }
}

bool IsKnown(uint8_t format) { return format >= kFormat && format <= kEighthFormat; }

PutRecord TakePut(Reader& reader) {
  PutRecord put;
  put.key = reader.Sized();
  if (const std::string_view bytes = reader.Sized(); !bytes.empty()) {
    absl::StatusOr<Record> record = DecodeRecord(put.key, bytes);
    if (record.ok()) {
      put.record = *std::move(record);
    } else {
      reader.Spoil();
    }
  }
  TakeDots(reader, put.dots);
  return put;
}

Checkpoint TakeCheckpoint(Reader& reader) {
  Checkpoint checkpoint;
  checkpoint.knowledge = Knowledge::TakeFrom(reader);
  checkpoint.filled = reader.Flag();
  checkpoint.dots = SeenClock::TakeFrom(reader);
  for (uint64_t left = reader.Count(); left > 0 && reader.ok(); --left) {
    checkpoint.keys.emplace_back(reader.Sized());
  }
  return checkpoint;
}

TakeHint TakeTaken(uint8_t format, Reader& reader) {
  TakeHint take;
  take.hint.keeper = NodeId(reader.Varint());
  take.hint.number = reader.Varint();
  if (format == kFifthFormat) take.hint.life = Boot(reader.Varint());
  return take;
}

Discard TakeDiscard(Reader& reader) {
  Discard discard;
  discard.key = reader.Sized();
  absl::StatusOr<Record> loser = DecodeRecord(discard.key, reader.Sized());
  if (loser.ok()) {
    discard.loser = *std::move(loser);
  } else {
    reader.Spoil();
  }
  discard.winner = reader.Dot();
  discard.winner_time = HlcTime(reader.Fixed(8));
  discard.at_us = reader.Fixed(8);
  return discard;
}

}  // namespace

void AppendEffect(const Effect& effect, std::string& out) {
  out.push_back(static_cast<char>(FormatOf(effect)));
  std::visit(Encoder{out}, effect);
}

size_t BytesLikely(const Effect& effect) {
  const auto* put = std::get_if<PutRun>(&effect);
  return kBytesLikely + (put == nullptr ? 0 : put->run.writes.size());
}

std::string EncodeEffect(const Effect& effect) {
  std::string out;
  AppendEffect(effect, out);
  return out;
}

std::optional<EncodedPut> PutIn(std::string_view effect) {
  Reader reader(effect);
  if (!IsKnown(reader.Byte())) return std::nullopt;
  const uint8_t kind = reader.Byte();
  if (kind != kPutRecord && kind != kPutOperation) return std::nullopt;
  EncodedPut put;
  put.key = reader.Sized();
  put.record = reader.Sized();
  TakeDots(reader, put.dots);
  if (kind == kPutOperation) put.operation = TakeOperation(reader);
  return reader.done() ? std::optional(std::move(put)) : std::nullopt;
}

std::optional<EncodedRun> RunIn(std::string_view effect) {
  Reader reader(effect);
  if (!IsKnown(reader.Byte()) || reader.Byte() != kPutRun) return std::nullopt;
  const EncodedRun run = ReadEncodedRun(reader);
  return reader.done() ? std::optional(run) : std::nullopt;
}

std::vector<Effect> Singly(const Effect& effect) {
  const auto* put = std::get_if<PutRun>(&effect);
  if (put == nullptr) return {effect};
  std::vector<Effect> puts;
  put->run.ForEach([&](uint64_t, const RunWrite& write) {
    // It was looked at when it came.
    Record record = *DecodeRecord(write.key, write.record);
    const Dot dot = record.dot;
    puts.emplace_back(PutRecord{std::string(write.key), std::move(record), {dot}});
  });
  return puts;
}

std::vector<Effect> Singly(const std::vector<Effect>& effects) {
  std::vector<Effect> all;
  for (const Effect& effect : effects) {
    for (Effect& one : Singly(effect)) all.push_back(std::move(one));
  }
  return all;
}

absl::StatusOr<Effect> DecodeEffect(std::string_view bytes) {
  Reader reader(bytes);
  const uint8_t format = reader.Byte();
  const uint8_t kind = reader.Byte();
  if (reader.ok() && !IsKnown(format)) {
    return MakeError(
        absl::StatusCode::kDataLoss, "NEWER_FORMAT",
        StrCat("an effect in the log has format ", int{format}, ", this build reads up to ",
               int{kEighthFormat}, "; run the build that wrote it"));
  }
  Effect effect;
  if (kind == kPutRecord) {
    effect = TakePut(reader);
  } else if (kind == kPutOperation) {
    PutRecord put = TakePut(reader);
    put.operation = TakeOperation(reader);
    effect = std::move(put);
  } else if (kind == kFence) {
    effect = FenceOperation{TakeOperationId(reader)};
  } else if (kind == kSettle) {
    SettleOperations settle;
    settle.writer = reader.Varint();
    settle.below = reader.Varint();
    effect = settle;
  } else if (kind == kForget) {
    effect = ForgetOperations{reader.Varint()};
  } else if (kind == kCheckpoint) {
    effect = TakeCheckpoint(reader);
  } else if (kind == kReserveTime) {
    effect = ReserveTime{HlcTime(reader.Fixed(8))};
  } else if (kind == kRaiseFloor) {
    effect = RaiseFloor{ReadBallot(reader)};
  } else if (kind == kDiscard) {
    effect = TakeDiscard(reader);
  } else if (kind == kEnter) {
    effect = EnterEpoch{Epoch(reader.Varint())};
  } else if (kind == kPutRun) {
    effect = PutRun{TakeRun(reader)};
  } else if (kind == kTakeHint) {
    effect = TakeTaken(format, reader);
  } else {
    reader.Spoil();
  }
  if (!reader.done()) {
    return MakeError(
        absl::StatusCode::kDataLoss, "EFFECT_DAMAGED",
        StrCat("an effect of ", bytes.size(), " bytes and kind ", int{kind},
               " in the log can't be read; leave this node stopped and keep its data folder: "
               "the others go on, and none is rebuilt from them yet"));
  }
  return effect;
}

}  // namespace quorate::quorum
