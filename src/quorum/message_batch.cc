#include "quorum/message_batch.h"

#include <algorithm>

#include "base/error.h"
#include "base/strings.h"
#include "quorum/bytes.h"

namespace quorate::quorum {
namespace {

constexpr uint8_t kFormat = 3;
// Of a message with a small record.
constexpr size_t kMessageBytesLikely = 128;
// A run is large, and one.
constexpr size_t kMessagesLikelyMax = 256;

size_t BytesLikely(const Message& message) {
  const auto* ask = std::get_if<RunAsk>(&message.body);
  return kMessageBytesLikely + (ask == nullptr ? 0 : ask->run.writes.size());
}

absl::Status Newer(NodeId from, uint8_t format) {
  return MakeError(
      absl::StatusCode::kInvalidArgument, "NEWER_FORMAT",
      StrCat("a batch of messages of ", from.ToString(), " has format ", int{format},
             ", this build reads ", int{kFormat}, "; run the newer build here as well"));
}

absl::Status Damaged(NodeId from, size_t bytes) {
  return MakeError(absl::StatusCode::kInvalidArgument, "MESSAGE_DAMAGED",
                   StrCat("a batch of messages of ", from.ToString(), " of ", bytes,
                          " bytes can't be read; it is dropped, and what was in it sent anew"));
}

}  // namespace

std::string EncodeBatch(absl::Span<const Message* const> messages) {
  size_t likely = 0;
  for (const Message* message : messages) likely += BytesLikely(*message);
  std::string out(1, static_cast<char>(kFormat));
  out.reserve(likely);
  std::string bytes;
  const SharedClock* before = nullptr;
  for (const Message* message : messages) {
    const auto* ask = std::get_if<WriteAsk>(&message->body);
    const bool same = ask != nullptr && before != nullptr && ask->context.IsCopyOf(*before);
    if (ask != nullptr) before = &ask->context;
    bytes.clear();
    bytes.reserve(BytesLikely(*message));
    AppendMessage(*message, /*with_context=*/!same, bytes);
    out.push_back(same ? 1 : 0);
    AppendSized(bytes, out);
  }
  return out;
}

absl::StatusOr<std::vector<Message>> DecodeBatch(NodeId from, NodeId to, std::string_view bytes) {
  Reader reader(bytes);
  const uint8_t format = reader.Byte();
  if (format > kFormat) return Newer(from, format);
  if (format != kFormat) reader.Spoil();
  std::vector<Message> messages;
  messages.reserve(std::min(bytes.size() / kMessageBytesLikely + 1, kMessagesLikelyMax));
  SharedClock context;
  while (reader.ok() && !reader.done()) {
    const bool same = reader.Flag();
    Message& message = messages.emplace_back();
    const absl::Status read = DecodeMessage(from, to, reader.Sized(), message);
    if (!reader.ok()) break;
    if (!read.ok()) return read;
    auto* ask = std::get_if<WriteAsk>(&message.body);
    if (same && ask == nullptr) reader.Spoil();
    if (same && ask != nullptr) ask->context = context;
    if (ask != nullptr) context = ask->context;
  }
  if (!reader.ok()) return Damaged(from, bytes.size());
  return messages;
}

bool IsLegacy(std::string_view bytes) {
  const auto messages = DecodeBatch(NodeId(), NodeId(), bytes);
  return messages.ok() && std::all_of(messages->begin(), messages->end(), [](const Message& one) {
           return std::holds_alternative<LegacyAsk>(one.body);
         });
}

}  // namespace quorate::quorum
