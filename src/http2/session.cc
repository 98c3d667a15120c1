#include "http2/session.h"

#include <algorithm>
#include <numeric>
#include <utility>

#include "base/check.h"
#include "base/status_codec.h"
#include "http2/session_impl.h"

namespace quorate::http2 {
namespace {

constexpr uint64_t kResetsPerSecondMax = 1'000'000;

}  // namespace

CallEnd EndOf(const absl::Status& status) {
  return {status.code(), std::string(status.message()), EncodeStatusDetails(status)};
}

Session::Impl::Impl(Service& for_service, const SessionLimits& with_limits)
    : service(for_service), limits(with_limits) {
  nghttp2_session_callbacks* callbacks = nullptr;
  nghttp2_option* options = nullptr;
  QUORATE_CHECK(nghttp2_session_callbacks_new(&callbacks) == 0 && nghttp2_option_new(&options) == 0,
                "no memory for a connection");
  nghttp2_session_callbacks_set_on_begin_headers_callback(callbacks, OnBeginHeaders);
  nghttp2_session_callbacks_set_on_header_callback(callbacks, OnHeader);
  nghttp2_session_callbacks_set_on_frame_recv_callback(callbacks, OnFrame);
  nghttp2_session_callbacks_set_on_data_chunk_recv_callback(callbacks, OnData);
  nghttp2_session_callbacks_set_on_stream_close_callback(callbacks, OnStreamClose);
  nghttp2_session_callbacks_set_on_frame_send_callback(callbacks, OnFrameSent);
  // What was not taken yet must not be asked for anew.
  nghttp2_option_set_no_auto_window_update(options, 1);
  nghttp2_option_set_no_closed_streams(options, 1);
  // A client whose deadlines pass gives up many a call. That costs no more than the calls, which
  // whoever answers them counts until they are answered.
  nghttp2_option_set_stream_reset_rate_limit(options, kResetsPerSecondMax, kResetsPerSecondMax);
  const int made = nghttp2_session_server_new2(&session, callbacks, this, options);
  nghttp2_session_callbacks_del(callbacks);
  nghttp2_option_del(options);
  QUORATE_CHECK(made == 0, "no memory for a connection");
  const nghttp2_settings_entry settings[] = {
      {NGHTTP2_SETTINGS_INITIAL_WINDOW_SIZE, limits.call_window_bytes},
      {NGHTTP2_SETTINGS_MAX_HEADER_LIST_SIZE, kHeaderListBytesMax},
      {NGHTTP2_SETTINGS_MAX_CONCURRENT_STREAMS, limits.calls_max},
  };
  nghttp2_submit_settings(session, NGHTTP2_FLAG_NONE, settings, std::size(settings));
  nghttp2_session_set_local_window_size(session, NGHTTP2_FLAG_NONE, 0,
                                        static_cast<int32_t>(limits.window_bytes));
}

Session::Session(Service& service, const SessionLimits& limits)
    : impl_(std::make_unique<Impl>(service, limits)) {}

Session::~Session() {
  for (auto& [id, stream] : impl_->streams) impl_->Lose(*stream);
}

absl::Status Session::Feed(std::string_view bytes) {
  const ssize_t read = nghttp2_session_mem_recv(
      impl_->session, reinterpret_cast<const uint8_t*>(bytes.data()), bytes.size());
  if (read >= 0) return absl::OkStatus();
  return absl::InvalidArgumentError(nghttp2_strerror(static_cast<int>(read)));
}

void Session::SendHead(CallId id) {
  if (Stream* stream = impl_->FindOpen(id)) impl_->SubmitHead(*stream);
}

void Session::SendMessage(CallId id, size_t bytes, absl::FunctionRef<void(char*)> write) {
  Stream* stream = impl_->FindOpen(id);
  if (stream == nullptr) return;
  // Where the client lags behind for long, what was sent makes room for what is not.
  if (stream->out_at > stream->out.size() / 2) {
    stream->out.erase(0, std::exchange(stream->out_at, 0));
  }
  const size_t at = stream->out.size();
  stream->out.resize(at + kMessageHeadBytes + bytes);
  WriteMessageHead(static_cast<uint32_t>(bytes), stream->out.data() + at);
  write(stream->out.data() + at + kMessageHeadBytes);
  impl_->out_bytes += kMessageHeadBytes + bytes;
  impl_->SubmitHead(*stream);
  impl_->Resume(*stream);
}

void Session::Finish(CallId id, CallEnd end) {
  if (Stream* stream = impl_->FindOpen(id)) impl_->Finish(*stream, std::move(end));
}

void Session::HoldBack(CallId id) {
  if (Stream* stream = impl_->FindOpen(id)) stream->held_back = true;
}

void Session::Took(CallId id, size_t messages) {
  Stream* stream = impl_->FindOpen(id);
  if (stream == nullptr) return;
  const auto begin = stream->untaken.begin();
  const auto end = begin + static_cast<std::ptrdiff_t>(std::min(messages, stream->untaken.size()));
  const size_t bytes = std::accumulate(begin, end, size_t{0});
  stream->untaken.erase(begin, end);
  nghttp2_session_consume_stream(impl_->session, id, bytes + impl_->TakeAhead(*stream));
}

void Session::Refuse() {
  impl_->refuses = true;
  impl_->TellToGoIfOver();
}

void Session::TakeOutput(std::string& out) {
  while (true) {
    const uint8_t* bytes = nullptr;
    const ssize_t size = nghttp2_session_mem_send(impl_->session, &bytes);
    if (size <= 0) return;
    out.append(reinterpret_cast<const char*>(bytes), static_cast<size_t>(size));
  }
}

size_t Session::held_bytes() const { return impl_->out_bytes; }

size_t Session::calls() const { return impl_->open_calls; }

bool Session::greeted() const { return impl_->greeted; }

bool Session::ended() const {
  return nghttp2_session_want_read(impl_->session) == 0 &&
         nghttp2_session_want_write(impl_->session) == 0;
}

}  // namespace quorate::http2
