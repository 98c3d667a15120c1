// Load on one redis-server: as many connections as there are clients, each
// with one pipeline of commands under way, all driven by one thread.
#pragma once

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "redis_server.h"
#include "slice.h"

namespace quorate::bench {

struct RedisTarget {
  std::string address;
  uint64_t keys = 0;
  std::string value;
};

// Every key written once.
absl::StatusOr<RedisTarget> PrepareRedis(const RedisServer& server, uint64_t keys,
                                         size_t value_bytes);

enum class RedisOp : uint8_t { kGet, kSet };

struct RedisShape {
  RedisOp op = RedisOp::kSet;
  uint32_t clients = 64;
  uint32_t pipeline = 1;  // commands sent at once, whose answers are awaited together
};

// Latencies are of whole pipelines.
Slice RunRedis(const RedisTarget& target, const RedisShape& shape, absl::Duration length,
               uint64_t seed);

}  // namespace quorate::bench
