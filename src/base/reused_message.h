// A Protobuf message after another in the same memory: what streams read into and write from.
// Nothing is freed message by message as long as it fits into the first block.
#pragma once

#include <google/protobuf/arena.h>

#include <cstddef>
#include <memory>

namespace quorate {

// Not thread-safe.
template <class Message, size_t kBlockBytes>
class ReusedMessage {
 public:
  ReusedMessage() : block_(new char[kBlockBytes]), arena_(Options(block_.get())) { Renew(); }

  // Empty; whatever was of the one before is gone.
  Message* Renew() {
    arena_.Reset();
    message_ = google::protobuf::Arena::CreateMessage<Message>(&arena_);
    return message_;
  }
  Message* get() const { return message_; }
  Message& operator*() const { return *message_; }
  Message* operator->() const { return message_; }

 private:
  static google::protobuf::ArenaOptions Options(char* block) {
    google::protobuf::ArenaOptions options;
    options.initial_block = block;
    options.initial_block_size = kBlockBytes;
    options.start_block_size = kBlockBytes;
    options.max_block_size = 16 * kBlockBytes;
    return options;
  }

  const std::unique_ptr<char[]> block_;
  google::protobuf::Arena arena_;
  Message* message_ = nullptr;
};

}  // namespace quorate
