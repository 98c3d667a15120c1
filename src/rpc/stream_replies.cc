#include "rpc/stream_replies.h"

#include <utility>

namespace quorate::rpc {
namespace {

// A reader shouldn't wait long for the first reply of a message.
constexpr uint64_t kMessageBytes = 1024 * 1024;
constexpr size_t kSpareMax = 2;

}  // namespace

v1::StreamReply* StreamReplies::Add(uint64_t bytes, uint64_t cost) {
  if (queue_.empty() || queue_.back()->bytes >= kMessageBytes) {
    if (spare_.empty()) {
      queue_.push_back(std::make_unique<Message>());
    } else {
      queue_.push_back(std::move(spare_.back()));
      spare_.pop_back();
    }
  }
  Message& message = *queue_.back();
  message.bytes += bytes;
  message.cost += cost;
  return message.response->add_replies();
}

std::unique_ptr<StreamReplies::Message> StreamReplies::Take() {
  std::unique_ptr<Message> message = std::move(queue_.front());
  queue_.pop_front();
  return message;
}

void StreamReplies::Recycle(std::unique_ptr<Message> message) {
  if (spare_.size() >= kSpareMax) return;
  message->response.Renew();
  message->bytes = 0;
  message->cost = 0;
  spare_.push_back(std::move(message));
}

}  // namespace quorate::rpc
