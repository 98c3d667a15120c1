#include "quorum/keys_codec.h"

#include "quorum/message_parts.h"

namespace quorate::quorum {

void Append(const KeysAsk& ask, std::string& out) {
  AppendVarint(ask.id, out);
  AppendSized(ask.start, out);
  AppendSized(ask.end, out);
  AppendVarint(ask.limit, out);
}
void Take(KeysAsk& ask, Reader& reader) {
  ask.id = reader.Varint();
  ask.start = reader.Sized();
  ask.end = reader.Sized();
  ask.limit = reader.Varint();
}

void Append(const KeysAnswer& answer, std::string& out) {
  AppendVarint(answer.id, out);
  AppendFlag(answer.list.more, out);
  AppendVarint(answer.list.keys.size(), out);
  for (const std::string& key : answer.list.keys) AppendSized(key, out);
}
void Take(KeysAnswer& answer, Reader& reader) {
  answer.id = reader.Varint();
  answer.list.more = reader.Flag();
  for (uint64_t left = reader.Count(); left > 0 && reader.ok(); --left) {
    answer.list.keys.emplace_back(reader.Sized());
  }
}

}  // namespace quorate::quorum
