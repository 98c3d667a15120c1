#include "quorum/message.h"

#include "base/hash.h"

namespace quorate::quorum {

Version VersionOf(std::string_view key, const Record& record) {
  return {record.dot, record.time, Hash64(EncodeRecord(key, record))};
}

bool Grows(const Message& message) {
  if (const auto* ask = std::get_if<WriteAsk>(&message.body)) return !ask->record.tombstone;
  if (const auto* answer = std::get_if<SyncAnswer>(&message.body)) return !answer->records.empty();
  if (const auto* answer = std::get_if<FillAnswer>(&message.body)) return !answer->records.empty();
  if (const auto* answer = std::get_if<ResolveAnswer>(&message.body)) {
    return answer->record.has_value();
  }
  if (const auto* ask = std::get_if<LegacyAsk>(&message.body)) {
    return !ask->records.empty() || !ask->discards.empty();
  }
  if (const auto* ask = std::get_if<RunAsk>(&message.body)) return ask->run.grows;
  const auto* ask = std::get_if<RegisterAsk>(&message.body);
  return ask != nullptr && ask->request.value.present;
}

absl::StatusOr<Message> DecodeMessage(NodeId from, NodeId to, std::string_view bytes) {
  Message message;
  if (absl::Status read = DecodeMessage(from, to, bytes, message); !read.ok()) return read;
  return message;
}

}  // namespace quorate::quorum
