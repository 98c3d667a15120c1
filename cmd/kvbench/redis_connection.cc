#include "redis_connection.h"

#include <fcntl.h>

#include "absl/strings/numbers.h"
#include "base/strings.h"

namespace quorate::bench {
namespace {

struct FreedReply {
  void operator()(void* reply) const { freeReplyObject(reply); }
};
using Reply = std::unique_ptr<redisReply, FreedReply>;

absl::Status ErrorIn(const redisReply& reply) {
  if (reply.type != REDIS_REPLY_ERROR) return absl::OkStatus();
  return absl::UnavailableError(StrCat("redis: ", std::string(reply.str, reply.len)));
}

}  // namespace

absl::StatusOr<RedisConnection> RedisConnection::To(const std::string& address) {
  const size_t colon = address.rfind(':');
  int port = 0;
  if (colon == std::string::npos || !absl::SimpleAtoi(address.substr(colon + 1), &port)) {
    return absl::InvalidArgumentError(StrCat("no HOST:PORT: ", address));
  }
  RedisConnection connection(redisConnect(address.substr(0, colon).c_str(), port));
  if (!connection.context_) return absl::ResourceExhaustedError("no memory for a connection");
  if (connection.context_->err != 0) return connection.Error();
  return connection;
}

absl::Status RedisConnection::Error() const {
  return absl::UnavailableError(StrCat("redis: ", context_->errstr));
}

absl::Status RedisConnection::Ask(const std::vector<std::string>& words) {
  Queue(std::vector<absl::string_view>(words.begin(), words.end()));
  void* answer = nullptr;
  if (redisGetReply(context_.get(), &answer) != REDIS_OK) return Error();
  return ErrorIn(*Reply(static_cast<redisReply*>(answer)));
}

void RedisConnection::Queue(absl::Span<const absl::string_view> words) {
  std::vector<const char*> texts;
  std::vector<size_t> lengths;
  for (const absl::string_view word : words) {
    texts.push_back(word.data());
    lengths.push_back(word.size());
  }
  redisAppendCommandArgv(context_.get(), static_cast<int>(texts.size()), texts.data(),
                         lengths.data());
}

absl::StatusOr<bool> RedisConnection::Flush() {
  int all = 0;
  if (redisBufferWrite(context_.get(), &all) != REDIS_OK) return Error();
  return all == 1;
}

absl::StatusOr<int> RedisConnection::Receive() {
  if (redisBufferRead(context_.get()) != REDIS_OK) return Error();
  for (int count = 0;; ++count) {
    void* answer = nullptr;
    if (redisGetReplyFromReader(context_.get(), &answer) != REDIS_OK) return Error();
    if (answer == nullptr) return count;
    absl::Status error = ErrorIn(*Reply(static_cast<redisReply*>(answer)));
    if (!error.ok()) return error;
  }
}

void RedisConnection::DoNotBlock() {
  fcntl(socket(), F_SETFL, fcntl(socket(), F_GETFL) | O_NONBLOCK);
  context_->flags &= ~REDIS_BLOCK;
}

}  // namespace quorate::bench
