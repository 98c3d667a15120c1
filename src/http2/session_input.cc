// What a client says, as nghttp2 tells it.
#include <algorithm>
#include <utility>

#include "base/error.h"
#include "base/limits.h"
#include "base/strings.h"
#include "http2/headers.h"
#include "http2/inflate.h"
#include "http2/session_impl.h"

namespace quorate::http2 {
namespace {

constexpr size_t kHeaderBytes = 32;  // that each counts besides its own (RFC 9113, section 6.5.2)

// "application/grpc", "application/grpc+proto", "application/grpc;...", but not
// "application/grpc-web".
bool IsGrpc(std::string_view type) {
  if (!type.starts_with(kContentType)) return false;
  type.remove_prefix(kContentType.size());
  return type.empty() || type[0] == '+' || type[0] == ';';
}

bool IsNameLetter(char letter) {
  return (letter >= 'a' && letter <= 'z') || (letter >= '0' && letter <= '9') || letter == '-' ||
         letter == '_' || letter == '.';
}

// Neither HTTP's nor gRPC's own: the caller's. HTTP allows more letters in a name than gRPC does,
// and in a value: whoever passes them on to gRPC's library must not hand it those.
bool IsMetadata(std::string_view name) {
  return std::all_of(name.begin(), name.end(), IsNameLetter) && !name.starts_with("grpc-") &&
         name != "content-type" && name != "te" && name != "user-agent" &&
         name != "content-length" && name != "host";
}

bool IsText(std::string_view value) {
  return std::all_of(value.begin(), value.end(),
                     [](char letter) { return letter >= ' ' && letter <= '~'; });
}

Encoding EncodingOf(std::string_view name) {
  if (name == "identity") return Encoding::kIdentity;
  return name == "gzip" || name == "deflate" ? Encoding::kZlib : Encoding::kUnknown;
}

absl::Status Malformed(std::string_view what) {
  return MakeError(absl::StatusCode::kInvalidArgument, "CALL_MALFORMED", what);
}

absl::Status TooMuchKept(size_t most) {
  absl::Status refused = MakeError(
      absl::StatusCode::kResourceExhausted, "NODE_OVERLOADED",
      StrCat("more than ", most, " bytes of calls that have not come to their ends are kept for ",
             "this connection; this one was not begun, try again in a moment"));
  SetRetryAfter(refused, limits::kOverloadRetryAfter);
  return refused;
}

}  // namespace

int Session::Impl::OnBeginHeaders(nghttp2_session* session, const nghttp2_frame* frame,
                                  void* self) {
  auto& impl = *static_cast<Impl*>(self);
  if (frame->hd.type != NGHTTP2_HEADERS || frame->headers.cat != NGHTTP2_HCAT_REQUEST) return 0;
  const CallId id = frame->hd.stream_id;
  if (!impl.refuses) impl.last_call = id;
  auto stream = std::make_unique<Stream>(id, impl.limits.message_bytes_max);
  nghttp2_session_set_stream_user_data(session, id, stream.get());
  impl.streams[id] = std::move(stream);
  return 0;
}

int Session::Impl::OnHeader(nghttp2_session*, const nghttp2_frame* frame, const uint8_t* name,
                            size_t name_bytes, const uint8_t* value, size_t value_bytes, uint8_t,
                            void* self) {
  auto& impl = *static_cast<Impl*>(self);
  Stream* stream = impl.Find(frame->hd.stream_id);
  // Of a client's trailers gRPC makes nothing.
  if (stream == nullptr || frame->headers.cat != NGHTTP2_HCAT_REQUEST) return 0;
  impl.TakeHeader(*stream, {reinterpret_cast<const char*>(name), name_bytes},
                  {reinterpret_cast<const char*>(value), value_bytes});
  return 0;
}

void Session::Impl::TakeHeader(Stream& stream, std::string_view name, std::string_view value) {
  stream.header_bytes += name.size() + value.size() + kHeaderBytes;
  if (stream.header_bytes > kHeaderListBytesMax) return;
  if (name == ":path") {
    stream.head.path = value;
  } else if (name == ":method") {
    stream.is_post = value == "POST";
  } else if (name == "content-type") {
    stream.is_grpc = IsGrpc(value);
  } else if (name == "grpc-timeout") {
    stream.head.timeout = ParseTimeout(value);
    stream.malformed = stream.malformed || !stream.head.timeout;
  } else if (name == "grpc-encoding") {
    stream.encoding = EncodingOf(value);
  } else if (IsMetadata(name)) {
    TakeMetadata(stream, name, value);
  }
}

void Session::Impl::TakeMetadata(Stream& stream, std::string_view name, std::string_view value) {
  if (!name.ends_with("-bin")) {
    if (IsText(value)) stream.head.metadata.emplace_back(name, value);
    return;
  }
  // Several of one name may have been joined on their way.
  while (true) {
    const size_t comma = value.find(',');
    auto decoded = DecodeBinary(value.substr(0, comma));
    if (!decoded) {
      stream.malformed = true;
      return;
    }
    stream.head.metadata.emplace_back(name, *std::move(decoded));
    if (comma == std::string_view::npos) return;
    value.remove_prefix(comma + 1);
  }
}

int Session::Impl::OnFrame(nghttp2_session*, const nghttp2_frame* frame, void* self) {
  auto& impl = *static_cast<Impl*>(self);
  impl.greeted = true;
  if (frame->hd.type != NGHTTP2_HEADERS && frame->hd.type != NGHTTP2_DATA) return 0;
  Stream* stream = impl.Find(frame->hd.stream_id);
  if (stream == nullptr) return 0;
  if (frame->hd.type == NGHTTP2_HEADERS && frame->headers.cat == NGHTTP2_HCAT_REQUEST) {
    impl.Begin(*stream);
  }
  if ((frame->hd.flags & NGHTTP2_FLAG_END_STREAM) == 0 || !stream->open) return 0;
  if (!stream->reader.empty()) {
    impl.Fail(*stream, Malformed("the last message of the call is cut off"));
    return 0;
  }
  impl.Keep(*stream, 0);
  const std::shared_ptr<Call> call = stream->call;
  if (call != nullptr) call->OnClosed();
  return 0;
}

void Session::Impl::Begin(Stream& stream) {
  stream.open = true;
  ++open_calls;
  if (stream.header_bytes > kHeaderListBytesMax) {
    return Fail(stream, MakeError(absl::StatusCode::kResourceExhausted, "CALL_TOO_LARGE",
                                  StrCat("the call's headers have ", stream.header_bytes,
                                         " bytes; at most ", kHeaderListBytesMax, " are allowed")));
  }
  if (!stream.is_post || !stream.is_grpc) {
    // Whoever that is does not read gRPC's trailers.
    stream.open = false;
    --open_calls;
    return SubmitHttpError(stream, stream.is_post ? "415" : "405");
  }
  if (stream.malformed) {
    return Fail(stream,
                Malformed("a grpc-timeout, or a header whose name ends with -bin, that cannot "
                          "be read"));
  }
  if (refuses) {
    return Fail(stream, MakeError(absl::StatusCode::kUnavailable, "NODE_DRAINING",
                                  "this node is going down, and the call was not begun; go on at "
                                  "another one"));
  }
  std::shared_ptr<Call> call = service.OnCall(stream.id, std::move(stream.head));
  if (stream.open) stream.call = std::move(call);
}

int Session::Impl::OnData(nghttp2_session* session, uint8_t, int32_t id, const uint8_t* data,
                          size_t bytes, void* self) {
  auto& impl = *static_cast<Impl*>(self);
  Stream* stream = impl.Find(id);
  nghttp2_session_consume_connection(session, bytes);
  if (stream != nullptr && stream->open) {
    impl.TakeData(*stream, {reinterpret_cast<const char*>(data), bytes});
  } else {
    nghttp2_session_consume_stream(session, id, bytes);
  }
  return 0;
}

void Session::Impl::TakeData(Stream& stream, std::string_view bytes) {
  stream.reader.Add(bytes);
  MessageReader::Message message;
  size_t taken = 0;
  stream.cutting = true;
  while (stream.open && stream.reader.Next(message)) {
    const size_t size =
        kMessageHeadBytes + message.bytes.size() - std::exchange(stream.taken_ahead, 0);
    if (stream.held_back) {
      stream.untaken.push_back(size);
    } else {
      taken += size;
    }
    TakeMessage(stream, message);
  }
  stream.cutting = false;
  if (!stream.open) return;
  nghttp2_session_consume_stream(session, stream.id, taken + TakeAhead(stream));
  if (absl::Status status = stream.reader.status(); !status.ok()) {
    return Fail(stream, std::move(status));
  }
  Keep(stream, stream.handed_out + stream.reader.kept_bytes());
  // What is held back may be under way: that it was not begun cannot be said of it.
  if (stream.held_back || kept_bytes <= limits.kept_bytes_max) return;
  Fail(stream, TooMuchKept(limits.kept_bytes_max));
}

void Session::Impl::Keep(Stream& stream, size_t bytes) {
  kept_bytes += bytes - std::exchange(stream.kept_bytes, bytes);
}

// A message may be larger than the window: of one that is not whole all may come. But of one at a
// time: not while others wait to be taken.
size_t Session::Impl::TakeAhead(Stream& stream) {
  if (stream.cutting || !stream.untaken.empty()) return 0;
  const size_t rest = stream.reader.kept_bytes() - stream.taken_ahead;
  stream.taken_ahead += rest;
  return rest;
}

void Session::Impl::TakeMessage(Stream& stream, const MessageReader::Message& message) {
  const std::shared_ptr<Call> call = stream.call;
  if (call == nullptr) return;
  const auto hand_out = [&](std::string_view bytes) {
    if (!stream.held_back) stream.handed_out += bytes.size();
    call->OnMessage(bytes);
  };
  if (!message.compressed) return hand_out(message.bytes);
  if (stream.encoding != Encoding::kZlib) {
    return Fail(
        stream,
        MakeError(absl::StatusCode::kUnimplemented, "CALL_MALFORMED",
                  StrCat("a message is compressed in a way that is not known here; known are ",
                         kEncodings)));
  }
  const auto bytes = Inflate(message.bytes, limits.message_bytes_max);
  if (!bytes.ok()) return Fail(stream, bytes.status());
  hand_out(*bytes);
}

void Session::Impl::Lose(Stream& stream) {
  if (!stream.open) return;
  stream.open = false;
  --open_calls;
  if (const std::shared_ptr<Call> call = std::move(stream.call)) call->OnLost();
}

int Session::Impl::OnStreamClose(nghttp2_session*, int32_t id, uint32_t, void* self) {
  auto& impl = *static_cast<Impl*>(self);
  const auto found = impl.streams.find(id);
  if (found == impl.streams.end()) return 0;
  const std::unique_ptr<Stream> stream = std::move(found->second);
  impl.streams.erase(found);
  impl.out_bytes -= stream->out.size() - stream->out_at;
  impl.Keep(*stream, 0);
  impl.Lose(*stream);
  impl.TellToGoIfOver();
  return 0;
}

}  // namespace quorate::http2
