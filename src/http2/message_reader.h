// Cuts the bytes of one call into gRPC's messages: a byte that says whether it is compressed,
// four of its size, and as many of the message.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/status.h"

namespace quorate::http2 {

inline constexpr size_t kMessageHeadBytes = 5;

// Writes it to `to`, of an uncompressed message.
void WriteMessageHead(uint32_t bytes, char* to);

class MessageReader {
 public:
  struct Message {
    bool compressed = false;
    std::string_view bytes;  // valid until the next Add
  };

  explicit MessageReader(size_t message_bytes_max) : message_bytes_max_(message_bytes_max) {}

  // What came; it must stay where it is until Next has said that there is no more.
  void Add(std::string_view bytes);
  // False: the next one is not whole yet, or too large.
  bool Next(Message& message);
  // RESOURCE_EXHAUSTED: a message is larger than it may be, and cannot be read past.
  absl::Status status() const;
  // Of a message that is not whole, once Next has said so.
  size_t kept_bytes() const { return kept_.size() - kept_at_; }
  // No message has begun.
  bool empty() const { return kept_at_ == kept_.size() && fresh_.empty(); }

 private:
  const size_t message_bytes_max_;
  size_t too_large_ = 0;
  std::string kept_;        // of a message that is not whole
  size_t kept_at_ = 0;      // of it was handed out
  std::string_view fresh_;  // where nothing is kept
};

}  // namespace quorate::http2
