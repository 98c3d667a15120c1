#include "quorum/legacy_codec.h"

#include <utility>

#include "quorum/message_parts.h"

namespace quorate::quorum {

void Append(const LegacyAsk& ask, std::string& out) {
  AppendVarint(ask.id, out);
  ask.known.AppendTo(out);
  AppendRecords(ask.records, out);
  AppendVarint(ask.discards.size(), out);
  for (const Discard& discard : ask.discards) AppendSized(EncodeEffect(discard), out);
}
void Take(LegacyAsk& ask, Reader& reader) {
  ask.id = reader.Varint();
  ask.known = SeenClock::TakeFrom(reader);
  ask.records = TakeRecords(reader);
  for (uint64_t left = reader.Count(); left > 0 && reader.ok(); --left) {
    auto effect = DecodeEffect(reader.Sized());
    auto* discard = effect.ok() ? std::get_if<Discard>(&*effect) : nullptr;
    if (discard == nullptr) return reader.Spoil();
    ask.discards.push_back(std::move(*discard));
  }
}

void Append(const LegacyAnswer& answer, std::string& out) {
  AppendVarint(answer.id, out);
  answer.seen.AppendTo(out);
}
void Take(LegacyAnswer& answer, Reader& reader) {
  answer.id = reader.Varint();
  answer.seen = SeenClock::TakeFrom(reader);
}

}  // namespace quorate::quorum
