// What a session is made of: nghttp2's part of a connection, and the calls of it.
// session_input.cc has what comes in, session_output.cc what goes out.
#pragma once

#include <nghttp2/nghttp2.h>

#include <memory>
#include <string_view>

#include "absl/container/flat_hash_map.h"
#include "http2/session.h"
#include "http2/stream.h"

namespace quorate::http2 {

inline constexpr std::string_view kContentType = "application/grpc";
// Of one call, as HTTP/2 counts it; the client is told.
inline constexpr uint32_t kHeaderListBytesMax = 16 << 10;
inline constexpr std::string_view kEncodings = "identity,deflate,gzip";

struct Session::Impl {
  Impl(Service& for_service, const SessionLimits& with_limits);
  ~Impl() { nghttp2_session_del(session); }

  Stream* Find(CallId id) {
    return static_cast<Stream*>(nghttp2_session_get_stream_user_data(session, id));
  }
  // That may still be answered.
  Stream* FindOpen(CallId id) {
    Stream* stream = Find(id);
    return stream != nullptr && stream->open ? stream : nullptr;
  }

  // --- what nghttp2 tells ---
  static int OnBeginHeaders(nghttp2_session*, const nghttp2_frame* frame, void* self);
  static int OnHeader(nghttp2_session*, const nghttp2_frame* frame, const uint8_t* name,
                      size_t name_bytes, const uint8_t* value, size_t value_bytes, uint8_t flags,
                      void* self);
  static int OnFrame(nghttp2_session*, const nghttp2_frame* frame, void* self);
  static int OnData(nghttp2_session*, uint8_t flags, int32_t id, const uint8_t* data, size_t bytes,
                    void* self);
  static int OnStreamClose(nghttp2_session*, int32_t id, uint32_t error, void* self);
  static int OnFrameSent(nghttp2_session*, const nghttp2_frame* frame, void* self);
  static ssize_t ReadOut(nghttp2_session*, int32_t id, uint8_t* to, size_t room, uint32_t* flags,
                         nghttp2_data_source* source, void* self);

  void TakeHeader(Stream& stream, std::string_view name, std::string_view value);
  void TakeMetadata(Stream& stream, std::string_view name, std::string_view value);
  void Begin(Stream& stream);
  void TakeData(Stream& stream, std::string_view bytes);
  // Bytes for which the window is to be opened, though their message is not whole.
  size_t TakeAhead(Stream& stream);
  void TakeMessage(Stream& stream, const MessageReader::Message& message);
  // So much of the call's is kept from now on.
  void Keep(Stream& stream, size_t bytes);
  void Lose(Stream& stream);
  void TellToGoIfOver();

  // --- answers ---
  void SubmitHttpError(Stream& stream, std::string_view status);
  void SubmitHead(Stream& stream);
  void SubmitTrailers(Stream& stream);
  void SubmitEndAlone(Stream& stream);
  void Fail(Stream& stream, absl::Status status);
  void Finish(Stream& stream, CallEnd end);
  // There is something in `out`, or its end.
  void Resume(Stream& stream);

  Service& service;
  const SessionLimits limits;
  nghttp2_session* session = nullptr;
  absl::flat_hash_map<CallId, std::unique_ptr<Stream>> streams;
  size_t open_calls = 0;
  size_t out_bytes = 0;   // of all streams
  size_t kept_bytes = 0;  // likewise, as SessionLimits::kept_bytes_max counts
  bool greeted = false;
  bool refuses = false;
  CallId last_call = 0;     // that came before it refused
  bool told_to_go = false;  // the client, once those are over
};

}  // namespace quorate::http2
