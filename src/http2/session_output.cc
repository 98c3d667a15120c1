// What a client is told.
#include <algorithm>
#include <cstring>
#include <numeric>
#include <utility>
#include <vector>

#include "base/strings.h"
#include "http2/headers.h"
#include "http2/session_impl.h"

namespace quorate::http2 {
namespace {

// nghttp2 does not write there.
uint8_t* Raw(std::string_view text) {
  return reinterpret_cast<uint8_t*>(const_cast<char*>(text.data()));
}

// Both outlive the call that is given it: nghttp2 compresses them when it sends, so that
// only constants may go without a copy.
nghttp2_nv Constant(std::string_view name, std::string_view value) {
  return {Raw(name), Raw(value), name.size(), value.size(),
          NGHTTP2_NV_FLAG_NO_COPY_NAME | NGHTTP2_NV_FLAG_NO_COPY_VALUE};
}

nghttp2_nv Copied(std::string_view name, std::string_view value) {
  return {Raw(name), Raw(value), name.size(), value.size(), NGHTTP2_NV_FLAG_NO_COPY_NAME};
}

// Of an end that is no success: as much of it as there is.
struct EndHeaders {
  explicit EndHeaders(const CallEnd& end)
      : code(StrCat(static_cast<int>(end.code))),
        message(PercentEncode(end.message)),
        details(EncodeBinary(end.details)) {}

  void AddTo(std::vector<nghttp2_nv>& headers) const {
    headers.push_back(Copied("grpc-status", code));
    if (!message.empty()) headers.push_back(Copied("grpc-message", message));
    if (!details.empty()) headers.push_back(Copied("grpc-status-details-bin", details));
  }

  std::string code;
  std::string message;
  std::string details;
};

}  // namespace

// An end before the client's own: it need not send the rest.
int Session::Impl::OnFrameSent(nghttp2_session* session, const nghttp2_frame* frame, void*) {
  if ((frame->hd.flags & NGHTTP2_FLAG_END_STREAM) == 0) return 0;
  const int32_t id = frame->hd.stream_id;
  if (nghttp2_session_get_stream_remote_close(session, id) == 0) {
    nghttp2_submit_rst_stream(session, NGHTTP2_FLAG_NONE, id, NGHTTP2_NO_ERROR);
  }
  return 0;
}

ssize_t Session::Impl::ReadOut(nghttp2_session*, int32_t, uint8_t* to, size_t room, uint32_t* flags,
                               nghttp2_data_source* source, void* self) {
  auto& impl = *static_cast<Impl*>(self);
  auto& stream = *static_cast<Stream*>(source->ptr);
  const size_t bytes = std::min(room, stream.out.size() - stream.out_at);
  if (bytes > 0) std::memcpy(to, stream.out.data() + stream.out_at, bytes);
  stream.out_at += bytes;
  impl.out_bytes -= bytes;
  if (stream.out_at == stream.out.size()) {
    stream.out.clear();
    stream.out_at = 0;
    if (stream.finished) {
      *flags |= NGHTTP2_DATA_FLAG_EOF | NGHTTP2_DATA_FLAG_NO_END_STREAM;
      impl.SubmitTrailers(stream);
    } else if (bytes == 0) {
      stream.waits_for_out = true;
      return NGHTTP2_ERR_DEFERRED;
    }
  }
  return static_cast<ssize_t>(bytes);
}

void Session::Impl::SubmitHttpError(Stream& stream, std::string_view status) {
  const nghttp2_nv head[] = {Constant(":status", status)};
  nghttp2_submit_response(session, stream.id, head, std::size(head), nullptr);
}

void Session::Impl::SubmitHead(Stream& stream) {
  if (std::exchange(stream.head_sent, true)) return;
  static const nghttp2_nv head[] = {Constant(":status", "200"),
                                    Constant("content-type", kContentType),
                                    Constant("grpc-accept-encoding", kEncodings)};
  nghttp2_data_provider out;
  out.source.ptr = &stream;
  out.read_callback = ReadOut;
  nghttp2_submit_response(session, stream.id, head, std::size(head), &out);
}

void Session::Impl::SubmitTrailers(Stream& stream) {
  if (stream.end.code == absl::StatusCode::kOk) {
    static const nghttp2_nv done[] = {Constant("grpc-status", "0")};
    nghttp2_submit_trailer(session, stream.id, done, std::size(done));
    return;
  }
  const EndHeaders texts(stream.end);
  std::vector<nghttp2_nv> headers;
  texts.AddTo(headers);
  nghttp2_submit_trailer(session, stream.id, headers.data(), headers.size());
}

void Session::Impl::SubmitEndAlone(Stream& stream) {
  const EndHeaders texts(stream.end);
  std::vector<nghttp2_nv> headers = {Constant(":status", "200"),
                                     Constant("content-type", kContentType),
                                     Constant("grpc-accept-encoding", kEncodings)};
  texts.AddTo(headers);
  nghttp2_submit_response(session, stream.id, headers.data(), headers.size(), nullptr);
}

void Session::Impl::Fail(Stream& stream, absl::Status status) {
  const std::shared_ptr<Call> call = stream.call;
  Finish(stream, EndOf(status));
  if (call != nullptr) call->OnLost();
}

void Session::Impl::Finish(Stream& stream, CallEnd end) {
  stream.open = false;
  --open_calls;
  stream.call.reset();
  Keep(stream, 0);
  stream.finished = true;
  stream.end = std::move(end);
  // What nobody takes any more must not hold up the others.
  const auto untaken = std::exchange(stream.untaken, {});
  nghttp2_session_consume_stream(session, stream.id,
                                 std::accumulate(untaken.begin(), untaken.end(), size_t{0}));
  if (!stream.head_sent) return SubmitEndAlone(stream);
  Resume(stream);
}

// Not while calls are under way that were begun: a client that hears of it as it begins another one
// may give that up without having sent it, which HTTP/2 takes for an error of the connection, and
// ends it with all calls.
void Session::Impl::TellToGoIfOver() {
  const auto begun = [this](const auto& stream) { return stream.first <= last_call; };
  if (!refuses || told_to_go || std::any_of(streams.begin(), streams.end(), begun)) return;
  told_to_go = true;
  nghttp2_submit_goaway(session, NGHTTP2_FLAG_NONE,
                        nghttp2_session_get_last_proc_stream_id(session), NGHTTP2_NO_ERROR, nullptr,
                        0);
}

void Session::Impl::Resume(Stream& stream) {
  if (std::exchange(stream.waits_for_out, false)) {
    nghttp2_session_resume_data(session, stream.id);
  }
}

}  // namespace quorate::http2
