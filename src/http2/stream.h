// What a session knows of one call.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "http2/message_reader.h"
#include "http2/session.h"

namespace quorate::http2 {

enum class Encoding : uint8_t { kIdentity, kZlib, kUnknown };

struct Stream {
  explicit Stream(CallId call_id, size_t message_bytes_max)
      : id(call_id), reader(message_bytes_max) {}

  const CallId id;
  CallHead head;            // until the call begins
  size_t header_bytes = 0;  // that came; too many are not kept
  bool is_post = false;
  bool is_grpc = false;
  bool malformed = false;  // a header that cannot be read
  Encoding encoding = Encoding::kIdentity;

  std::shared_ptr<Call> call;  // null: not begun, lost or finished
  bool open = false;           // begun, and neither lost nor finished
  bool held_back = false;
  MessageReader reader;
  // Where it is held back, of each message that was not taken yet: bytes for which the window is
  // to be opened then.
  std::vector<size_t> untaken;
  bool cutting = false;    // what has come into messages: not all are handed out
  size_t taken_ahead = 0;  // of the message that is not whole: for which it was
  size_t handed_out = 0;   // of a call that is not held back: whoever answers it may keep it
  size_t kept_bytes = 0;   // that were counted

  std::string out;    // messages, framed
  size_t out_at = 0;  // of it was sent
  bool head_sent = false;
  bool waits_for_out = false;  // nghttp2 asked, and there was nothing
  bool finished = false;
  CallEnd end;
};

}  // namespace quorate::http2
