#include "http2/message_reader.h"

#include <algorithm>

#include "base/error.h"
#include "base/strings.h"

namespace quorate::http2 {
namespace {

// What is put by for a message before it has come: its size is only what the client says.
constexpr size_t kReservedMax = 64 << 10;

uint8_t ByteAt(std::string_view bytes, size_t at) { return static_cast<uint8_t>(bytes[at]); }

size_t SizeIn(std::string_view head) {
  return size_t{ByteAt(head, 1)} << 24 | size_t{ByteAt(head, 2)} << 16 |
         size_t{ByteAt(head, 3)} << 8 | size_t{ByteAt(head, 4)};
}

}  // namespace

void WriteMessageHead(uint32_t bytes, char* to) {
  to[0] = 0;
  to[1] = static_cast<char>(bytes >> 24);
  to[2] = static_cast<char>(bytes >> 16);
  to[3] = static_cast<char>(bytes >> 8);
  to[4] = static_cast<char>(bytes);
}

void MessageReader::Add(std::string_view bytes) {
  if (kept_at_ > 0) {
    kept_.erase(0, kept_at_);
    kept_at_ = 0;
  }
  if (kept_.empty()) {
    fresh_ = bytes;
  } else {
    kept_.append(bytes);
  }
}

bool MessageReader::Next(Message& message) {
  const bool fresh = !fresh_.empty();
  const std::string_view all = fresh ? fresh_ : std::string_view(kept_).substr(kept_at_);
  size_t size = 0;
  if (all.size() >= kMessageHeadBytes) {
    size = SizeIn(all);
    if (size > message_bytes_max_) too_large_ = size;
  }
  const bool whole = all.size() >= kMessageHeadBytes + size && all.size() >= kMessageHeadBytes;
  if (whole && too_large_ == 0) {
    message.compressed = all[0] != 0;
    message.bytes = all.substr(kMessageHeadBytes, size);
    if (fresh) {
      fresh_.remove_prefix(kMessageHeadBytes + size);
    } else {
      kept_at_ += kMessageHeadBytes + size;
    }
    return true;
  }
  if (fresh) {
    kept_.reserve(std::min(kMessageHeadBytes + size, kReservedMax));
    kept_.assign(fresh_);
    fresh_ = {};
  }
  return false;
}

absl::Status MessageReader::status() const {
  if (too_large_ == 0) return absl::OkStatus();
  return MakeError(absl::StatusCode::kResourceExhausted, "CALL_TOO_LARGE",
                   StrCat("a message of ", too_large_, " bytes is larger than the ",
                          message_bytes_max_, " that one may have"));
}

}  // namespace quorate::http2
