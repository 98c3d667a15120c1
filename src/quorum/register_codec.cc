#include "quorum/register_codec.h"

namespace quorate::quorum {
namespace {

constexpr uint8_t kJudged = 1;
constexpr uint8_t kPresent = 2;
// Of a reply.
constexpr uint8_t kGranted = 1;
constexpr uint8_t kClosed = 2;
constexpr uint8_t kInherited = 4;

void AppendValue(const RegisterValue& value, std::string& out) {
  AppendBallot(value.accepted, out);
  if (!value.accepted) return;
  AppendBallot(value.origin, out);
  AppendBallot(value.base, out);
  out.push_back(static_cast<char>((value.judged ? kJudged : 0) | (value.present ? kPresent : 0)));
  AppendSized(value.bytes, out);
  AppendVarint(value.expires_at_us, out);
  AppendDot(value.dot, out);
}

RegisterValue TakeValue(Reader& reader) {
  RegisterValue value;
  value.accepted = ReadBallot(reader);
  if (!value.accepted) return value;
  value.origin = ReadBallot(reader);
  value.base = ReadBallot(reader);
  const uint8_t flags = reader.Byte();
  if (flags > (kJudged | kPresent)) reader.Spoil();
  value.judged = (flags & kJudged) != 0;
  value.present = (flags & kPresent) != 0;
  value.bytes = reader.Sized();
  value.expires_at_us = reader.Varint();
  value.dot = reader.Dot();
  return value;
}

}  // namespace

void AppendRegisterRequest(const RegisterRequest& request, std::string& out) {
  out.push_back(static_cast<char>(request.kind));
  out.push_back(static_cast<char>(request.carrier));
  AppendVarint(request.number, out);
  AppendBallot(request.ballot, out);
  AppendValue(request.value, out);
}

RegisterRequest TakeRegisterRequest(Reader& reader) {
  RegisterRequest request;
  const uint8_t kind = reader.Byte();
  const uint8_t carrier = reader.Byte();
  if (kind > static_cast<uint8_t>(RegisterRequest::Kind::kAccept) ||
      carrier > static_cast<uint8_t>(RegisterRequest::Carrier::kWriteBack)) {
    reader.Spoil();
    return request;
  }
  request.kind = static_cast<RegisterRequest::Kind>(kind);
  request.carrier = static_cast<RegisterRequest::Carrier>(carrier);
  request.number = reader.Varint();
  request.ballot = ReadBallot(reader);
  request.value = TakeValue(reader);
  return request;
}

void AppendRegisterReply(const RegisterReply& reply, std::string& out) {
  AppendVarint(reply.number, out);
  out.push_back(static_cast<char>((reply.granted ? kGranted : 0) | (reply.closed ? kClosed : 0) |
                                  (reply.inherited ? kInherited : 0)));
  AppendBallot(reply.promised, out);
  AppendBallot(reply.dropped, out);
  AppendValue(reply.value, out);
}

RegisterReply TakeRegisterReply(Reader& reader) {
  RegisterReply reply;
  reply.number = reader.Varint();
  const uint8_t flags = reader.Byte();
  if (flags > (kGranted | kClosed | kInherited)) reader.Spoil();
  reply.granted = (flags & kGranted) != 0;
  reply.inherited = (flags & kInherited) != 0;
  reply.closed = (flags & kClosed) != 0;
  reply.promised = ReadBallot(reader);
  reply.dropped = ReadBallot(reader);
  reply.value = TakeValue(reader);
  return reply;
}

}  // namespace quorate::quorum
