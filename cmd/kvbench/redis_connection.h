// One connection to a redis-server, by hiredis.
#pragma once

#include <hiredis/hiredis.h>

#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"

namespace quorate::bench {

class RedisConnection {
 public:
  // HOST:PORT; it is made when this returns.
  static absl::StatusOr<RedisConnection> To(const std::string& address);

  // A command, and waits for its answer.
  absl::Status Ask(const std::vector<std::string>& words);

  // Any number of commands under way, of a connection that is polled.
  void Queue(absl::Span<const absl::string_view> words);
  // As much of what is queued as the socket takes at once; true: all.
  absl::StatusOr<bool> Flush();
  // Takes in what has come: the number of answers. An answer that is an error is one.
  absl::StatusOr<int> Receive();

  int socket() const { return context_->fd; }
  void DoNotBlock();

 private:
  struct Freed {
    void operator()(redisContext* context) const { redisFree(context); }
  };
  explicit RedisConnection(redisContext* context) : context_(context) {}
  absl::Status Error() const;

  std::unique_ptr<redisContext, Freed> context_;
};

}  // namespace quorate::bench
