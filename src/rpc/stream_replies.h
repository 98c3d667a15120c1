// Replies of a stream on their way out: as many to a message as have gathered
// while the one before was being written. Not thread-safe.
#pragma once

#include <deque>
#include <memory>
#include <vector>

#include "base/reused_message.h"
#include "quorate/v1/kv.pb.h"

namespace quorate::rpc {

class StreamReplies {
 public:
  // A message that is written as a whole; `cost` is what its operations count
  // against the stream's bound.
  struct Message {
    static constexpr size_t kBlockBytes = 32 * 1024;
    ReusedMessage<v1::StreamResponse, kBlockBytes> response;
    uint64_t bytes = 0;
    uint64_t cost = 0;
  };

  // Room for one more reply, in the newest message that has any.
  // `bytes`: about what it will take.
  v1::StreamReply* Add(uint64_t bytes, uint64_t cost);

  bool empty() const { return queue_.empty(); }
  std::unique_ptr<Message> Take();
  // Back once written, to be used again.
  void Recycle(std::unique_ptr<Message> message);

 private:
  std::deque<std::unique_ptr<Message>> queue_;
  std::vector<std::unique_ptr<Message>> spare_;
};

}  // namespace quorate::rpc
