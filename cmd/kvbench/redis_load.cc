#include "redis_load.h"

#include <poll.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "absl/time/clock.h"
#include "base/random.h"
#include "base/strings.h"
#include "redis_connection.h"

namespace quorate::bench {
namespace {

constexpr absl::Duration kAnswersMax = absl::Seconds(5);

std::string KeyOf(uint64_t number) { return StrCat("key-", absl::Dec(number, absl::kZeroPad10)); }

class Client {
 public:
  Client(RedisConnection connection, const RedisTarget& target, const RedisShape& shape,
         uint64_t seed)
      : connection_(std::move(connection)), target_(target), shape_(shape), random_(seed) {
    connection_.DoNotBlock();
  }

  absl::Status Send() {
    for (uint32_t i = 0; i < shape_.pipeline; ++i) {
      const std::string key = KeyOf(random_.Below(target_.keys));
      if (shape_.op == RedisOp::kSet) {
        connection_.Queue({"SET", key, target_.value});
      } else {
        connection_.Queue({"GET", key});
      }
    }
    missing_ = shape_.pipeline;
    sent_ = absl::Now();
    return Flush();
  }

  absl::Status Flush() {
    const auto flushed = connection_.Flush();
    flushed_ = flushed.ok() && *flushed;
    return flushed.status();
  }

  // True when the pipeline is answered.
  absl::StatusOr<bool> Receive() {
    const auto answers = connection_.Receive();
    if (!answers.ok()) return answers.status();
    missing_ -= static_cast<uint32_t>(*answers);
    return missing_ == 0;
  }

  bool busy() const { return missing_ > 0; }
  absl::Time sent() const { return sent_; }
  pollfd Awaited() const {
    const int events = !busy() ? 0 : flushed_ ? POLLIN : POLLIN | POLLOUT;
    return {connection_.socket(), static_cast<int16_t>(events), 0};
  }

 private:
  RedisConnection connection_;
  const RedisTarget& target_;
  const RedisShape& shape_;
  Random random_;
  absl::Time sent_;
  uint32_t missing_ = 0;
  bool flushed_ = true;
};

// All clients until the end, and until each has its answers.
class Loop {
 public:
  Loop(std::vector<Client>& clients, uint32_t pipeline, absl::Time end)
      : clients_(clients), pipeline_(pipeline), end_(end) {}

  absl::Status Run(Slice& slice) {
    for (Client& client : clients_) {
      if (absl::Status sent = client.Send(); !sent.ok()) return sent;
    }
    std::vector<pollfd> awaited(clients_.size());
    for (size_t busy = clients_.size(); busy > 0;) {
      if (absl::Now() > end_ + kAnswersMax) return absl::DeadlineExceededError("redis is silent");
      for (size_t i = 0; i < clients_.size(); ++i) awaited[i] = clients_[i].Awaited();
      poll(awaited.data(), awaited.size(), 1000);
      for (size_t i = 0; i < clients_.size(); ++i) {
        if (absl::Status done = Step(clients_[i], awaited[i].revents, slice); !done.ok()) {
          return done;
        }
      }
      busy = 0;
      for (const Client& client : clients_) busy += client.busy();
    }
    return absl::OkStatus();
  }

 private:
  absl::Status Step(Client& client, int events, Slice& slice) {
    if ((events & POLLOUT) != 0) {
      if (absl::Status flushed = client.Flush(); !flushed.ok()) return flushed;
    }
    if ((events & (POLLIN | POLLERR | POLLHUP)) == 0) return absl::OkStatus();
    const auto complete = client.Receive();
    if (!complete.ok() || !*complete) return complete.status();
    const absl::Time now = absl::Now();
    if (now > end_) return absl::OkStatus();
    slice.done += pipeline_;
    slice.latency.Record(now - client.sent());
    return client.Send();
  }

  std::vector<Client>& clients_;
  const uint32_t pipeline_;
  const absl::Time end_;
};

}  // namespace

absl::StatusOr<RedisTarget> PrepareRedis(const RedisServer& server, uint64_t keys,
                                         size_t value_bytes) {
  RedisTarget target{server.address(), keys, std::string(value_bytes, 'v')};
  auto connection = RedisConnection::To(target.address);
  if (!connection.ok()) return connection.status();
  // Ten at once: each answer to them is one sync.
  for (uint64_t next = 0; next < keys; next += 10) {
    std::vector<std::string> words = {"MSET"};
    for (uint64_t i = next; i < std::min(next + 10, keys); ++i) {
      words.push_back(KeyOf(i));
      words.push_back(target.value);
    }
    if (absl::Status written = connection->Ask(words); !written.ok()) return written;
  }
  return target;
}

Slice RunRedis(const RedisTarget& target, const RedisShape& shape, absl::Duration length,
               uint64_t seed) {
  Slice slice;
  slice.elapsed = length;
  std::vector<Client> clients;
  absl::Status ended;
  for (uint32_t i = 0; i < shape.clients && ended.ok(); ++i) {
    auto connection = RedisConnection::To(target.address);
    ended = connection.status();
    if (ended.ok()) clients.emplace_back(*std::move(connection), target, shape, seed * 1000 + i);
  }
  if (ended.ok()) ended = Loop(clients, shape.pipeline, absl::Now() + length).Run(slice);
  if (!ended.ok()) {
    ++slice.failed;
    slice.first_error = std::string(ended.message());
  }
  return slice;
}

}  // namespace quorate::bench
