// The client's end of a connection, in memory.
#pragma once

#include <gtest/gtest.h>
#include <nghttp2/nghttp2.h>

#include <algorithm>
#include <cstring>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "http2/message_reader.h"
#include "http2/session.h"

namespace quorate::http2 {

using Headers = std::vector<std::pair<std::string, std::string>>;

// As it goes over the wire.
inline std::string Framed(std::string_view message, bool compressed = false) {
  std::string framed(kMessageHeadBytes, '\0');
  WriteMessageHead(static_cast<uint32_t>(message.size()), framed.data());
  framed[0] = compressed ? 1 : 0;
  return framed.append(message);
}

inline Headers HeadersOf(std::string_view path, const Headers& more = {}) {
  Headers headers = {{":method", "POST"},          {":scheme", "http"},
                     {":path", std::string(path)}, {":authority", "here"},
                     {"te", "trailers"},           {"content-type", "application/grpc"}};
  headers.insert(headers.end(), more.begin(), more.end());
  return headers;
}

// What came of one call.
struct Answer {
  std::map<std::string, std::string> headers;  // of the head and the trailers
  int header_frames = 0;
  std::string body;
  bool closed = false;
  uint32_t error = 0;  // it was closed with
  bool was_reset = false;

  std::string status() const {
    const auto found = headers.find("grpc-status");
    return found == headers.end() ? "none" : found->second;
  }
  std::vector<std::string> Messages() const {
    MessageReader reader(64 << 20);
    reader.Add(body);
    std::vector<std::string> messages;
    MessageReader::Message message;
    while (reader.Next(message)) messages.emplace_back(message.bytes);
    EXPECT_TRUE(reader.empty());
    return messages;
  }
};

class Client {
 public:
  // `opens_windows` false: what came is not taken until Take.
  explicit Client(uint32_t window_bytes = 65535, bool opens_windows = true) {
    nghttp2_session_callbacks* callbacks = nullptr;
    nghttp2_session_callbacks_new(&callbacks);
    nghttp2_session_callbacks_set_on_header_callback(callbacks, OnHeader);
    nghttp2_session_callbacks_set_on_frame_recv_callback(callbacks, OnFrame);
    nghttp2_session_callbacks_set_on_data_chunk_recv_callback(callbacks, OnData);
    nghttp2_session_callbacks_set_on_stream_close_callback(callbacks, OnClose);
    nghttp2_option* options = nullptr;
    nghttp2_option_new(&options);
    nghttp2_option_set_no_auto_window_update(options, opens_windows ? 0 : 1);
    // Its server is to say what is too much.
    nghttp2_option_set_max_send_header_block_length(options, 4 << 20);
    nghttp2_session_client_new2(&session_, callbacks, this, options);
    nghttp2_option_del(options);
    nghttp2_session_callbacks_del(callbacks);
    const nghttp2_settings_entry window = {NGHTTP2_SETTINGS_INITIAL_WINDOW_SIZE, window_bytes};
    nghttp2_submit_settings(session_, NGHTTP2_FLAG_NONE, &window, 1);
  }
  ~Client() { nghttp2_session_del(session_); }
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  // Lets so much come in all calls together.
  void WidenConnection(int32_t bytes) {
    nghttp2_session_set_local_window_size(session_, NGHTTP2_FLAG_NONE, 0, bytes);
  }
  // Begins a call; its body follows, or, if it `ends`, nothing more.
  CallId Begin(const Headers& headers, bool ends = false) {
    std::vector<nghttp2_nv> list;
    for (const auto& [name, value] : headers) {
      list.push_back({Raw(name), Raw(value), name.size(), value.size(), NGHTTP2_NV_FLAG_NONE});
    }
    nghttp2_data_provider body;
    body.source.ptr = nullptr;
    body.read_callback = ReadBody;
    const CallId id = nghttp2_submit_request(session_, nullptr, list.data(), list.size(),
                                             ends ? nullptr : &body, nullptr);
    EXPECT_GT(id, 0);
    return id;
  }
  void Send(CallId id, std::string_view bytes) {
    sending_[id].bytes.append(bytes);
    nghttp2_session_resume_data(session_, id);
  }
  void Close(CallId id) {
    sending_[id].ends = true;
    nghttp2_session_resume_data(session_, id);
  }
  // A whole call with one message.
  CallId Call(std::string_view path, std::string_view message, const Headers& more = {}) {
    const CallId id = Begin(HeadersOf(path, more));
    Send(id, Framed(message));
    Close(id);
    return id;
  }
  void Reset(CallId id) {
    nghttp2_submit_rst_stream(session_, NGHTTP2_FLAG_NONE, id, NGHTTP2_CANCEL);
  }
  // So many bytes of the call's answer.
  void Take(CallId id, size_t bytes) { nghttp2_session_consume(session_, id, bytes); }

  // Of the body, what has not been sent.
  size_t Unsent(CallId id) { return sending_[id].bytes.size(); }
  Answer& answer(CallId id) { return answers_[id]; }
  bool told_to_go() const { return told_to_go_; }
  // The last call of which it was told that it is answered.
  CallId last_taken() const { return last_taken_; }

  std::string Output() {
    std::string out;
    const uint8_t* bytes = nullptr;
    for (ssize_t size = 0; (size = nghttp2_session_mem_send(session_, &bytes)) > 0;) {
      out.append(reinterpret_cast<const char*>(bytes), static_cast<size_t>(size));
    }
    return out;
  }
  void Input(std::string_view bytes) {
    EXPECT_EQ(nghttp2_session_mem_recv(session_, Raw(bytes), bytes.size()),
              static_cast<ssize_t>(bytes.size()));
  }

 private:
  struct Sending {
    std::string bytes;
    bool ends = false;
  };

  static uint8_t* Raw(std::string_view text) {
    return reinterpret_cast<uint8_t*>(const_cast<char*>(text.data()));
  }
  static int OnHeader(nghttp2_session*, const nghttp2_frame* frame, const uint8_t* name,
                      size_t name_bytes, const uint8_t* value, size_t value_bytes, uint8_t,
                      void* self) {
    auto& headers = static_cast<Client*>(self)->answers_[frame->hd.stream_id].headers;
    headers[std::string(reinterpret_cast<const char*>(name), name_bytes)] =
        std::string(reinterpret_cast<const char*>(value), value_bytes);
    return 0;
  }
  static int OnFrame(nghttp2_session*, const nghttp2_frame* frame, void* self) {
    auto& client = *static_cast<Client*>(self);
    if (frame->hd.type == NGHTTP2_GOAWAY) {
      client.told_to_go_ = true;
      client.last_taken_ = frame->goaway.last_stream_id;
    }
    if (frame->hd.stream_id == 0) return 0;
    Answer& answer = client.answers_[frame->hd.stream_id];
    if (frame->hd.type == NGHTTP2_RST_STREAM) answer.was_reset = true;
    if (frame->hd.type == NGHTTP2_HEADERS) ++answer.header_frames;
    return 0;
  }
  static int OnData(nghttp2_session*, uint8_t, int32_t id, const uint8_t* data, size_t bytes,
                    void* self) {
    static_cast<Client*>(self)->answers_[id].body.append(reinterpret_cast<const char*>(data),
                                                         bytes);
    return 0;
  }
  static int OnClose(nghttp2_session*, int32_t id, uint32_t error, void* self) {
    Answer& answer = static_cast<Client*>(self)->answers_[id];
    answer.closed = true;
    answer.error = error;
    return 0;
  }
  static ssize_t ReadBody(nghttp2_session*, int32_t id, uint8_t* to, size_t room, uint32_t* flags,
                          nghttp2_data_source*, void* self) {
    Sending& sending = static_cast<Client*>(self)->sending_[id];
    const size_t bytes = std::min(room, sending.bytes.size());
    if (bytes == 0 && !sending.ends) return NGHTTP2_ERR_DEFERRED;
    std::memcpy(to, sending.bytes.data(), bytes);
    sending.bytes.erase(0, bytes);
    if (sending.ends && sending.bytes.empty()) *flags |= NGHTTP2_DATA_FLAG_EOF;
    return static_cast<ssize_t>(bytes);
  }

  nghttp2_session* session_ = nullptr;
  std::map<CallId, Sending> sending_;
  std::map<CallId, Answer> answers_;
  bool told_to_go_ = false;
  CallId last_taken_ = -1;
};

}  // namespace quorate::http2
