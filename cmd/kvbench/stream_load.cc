#include "stream_load.h"

#include <functional>
#include <map>
#include <memory>
#include <utility>
#include <vector>

#include "absl/synchronization/blocking_counter.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/clock.h"
#include "base/random.h"
#include "base/reused_message.h"

namespace quorate::bench {
namespace {

constexpr absl::Duration kFillMax = absl::Minutes(5);

// Where the keys of the next message come from; nullptr: no more.
using NextKey = std::function<const std::string*()>;

v1::Level LevelOf(StreamOpKind op) {
  switch (op) {
    case StreamOpKind::kGet:
      return v1::LEVEL_LINEARIZABLE;
    case StreamOpKind::kPut:
      break;  // the keyspace's own, which is QUORUM, or of registers LINEARIZABLE
    case StreamOpKind::kPutAtOne:
      return v1::LEVEL_ONE;
  }
  return v1::LEVEL_UNSPECIFIED;
}

class Stream final : public grpc::ClientBidiReactor<v1::StreamRequest, v1::StreamResponse> {
 public:
  Stream(Member& member, const Target& target, const StreamShape& shape, absl::Time end,
         NextKey next_key, absl::BlockingCounter& running)
      : target_(target),
        shape_(shape),
        end_(end),
        next_key_(std::move(next_key)),
        running_(running) {
    member.stub->async()->Stream(&context_, this);
    StartRead(response_.get());
    StartCall();
    absl::MutexLock lock(&mutex_);
    credit_ = shape.window;
    WriteNext();
  }

  void OnWriteDone(bool ok) override {
    absl::MutexLock lock(&mutex_);
    writing_ = false;
    if (ok) WriteNext();
  }

  void OnReadDone(bool ok) override {
    if (!ok) return;
    const absl::Time now = absl::Now();
    absl::MutexLock lock(&mutex_);
    for (const v1::StreamReply& reply : response_->replies()) Count(reply, now);
    WriteNext();
    StartRead(response_.Renew());
  }

  void OnDone(const grpc::Status& status) override {
    {
      absl::MutexLock lock(&mutex_);
      if (!status.ok() && slice_.first_error.empty()) slice_.first_error = status.error_message();
      if (!status.ok()) ++slice_.failed;
    }
    running_.DecrementCount();
  }

  Slice slice() {
    absl::MutexLock lock(&mutex_);
    return slice_;
  }

 private:
  struct Message {
    absl::Time sent;
    uint32_t missing = 0;
  };

  void Count(const v1::StreamReply& reply, absl::Time now) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    const auto it = open_.find(reply.id() / shape_.batch);
    if (it == open_.end()) return;
    if (reply.has_error()) {
      ++slice_.failed;
      if (slice_.first_error.empty()) slice_.first_error = reply.error().message();
    } else if (now <= end_) {
      ++slice_.done;
    }
    if (--it->second.missing > 0) return;
    if (now <= end_) slice_.latency.Record(now - it->second.sent);
    open_.erase(it);
    ++credit_;
  }

  void WriteNext() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    if (writing_ || closed_) return;
    if (credit_ == 0) return;
    if (absl::Now() < end_ && Fill()) {
      --credit_;
      writing_ = true;
      StartWrite(&request_);
    } else if (open_.empty()) {
      closed_ = true;
      StartWritesDone();
    }
  }

  bool Fill() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    request_.set_keyspace(target_.keyspace);
    request_.set_level(LevelOf(shape_.op));
    const uint64_t number = next_message_;
    auto& ops = *request_.mutable_ops();
    // What the message before has stays: its strings' memory is used again.
    int filled = 0;
    for (; filled < static_cast<int>(shape_.batch); ++filled) {
      const std::string* key = next_key_();
      if (key == nullptr) break;
      v1::StreamOp* op = filled < ops.size() ? &ops[filled] : ops.Add();
      op->set_id(number * shape_.batch + static_cast<uint64_t>(filled));
      if (shape_.op != StreamOpKind::kGet) {
        op->mutable_mutation()->set_key(*key);
        op->mutable_mutation()->set_put(target_.value);
      } else {
        op->set_get(*key);
      }
    }
    ops.DeleteSubrange(filled, ops.size() - filled);
    if (filled == 0) return false;
    ++next_message_;
    open_[number] = Message{absl::Now(), static_cast<uint32_t>(request_.ops_size())};
    return true;
  }

  const Target& target_;
  const StreamShape shape_;
  const absl::Time end_;
  NextKey next_key_;
  absl::BlockingCounter& running_;
  grpc::ClientContext context_;
  // Room for what a message of some hundred operations becomes.
  ReusedMessage<v1::StreamResponse, 64 * 1024> response_;

  absl::Mutex mutex_;
  v1::StreamRequest request_ ABSL_GUARDED_BY(mutex_);
  std::map<uint64_t, Message> open_ ABSL_GUARDED_BY(mutex_);  // by number
  uint64_t next_message_ ABSL_GUARDED_BY(mutex_) = 0;
  uint32_t credit_ ABSL_GUARDED_BY(mutex_) = 0;
  bool writing_ ABSL_GUARDED_BY(mutex_) = false;
  bool closed_ ABSL_GUARDED_BY(mutex_) = false;
  Slice slice_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace

Slice RunStream(Target& target, const StreamShape& shape, absl::Duration length, uint64_t seed) {
  const absl::Time end = absl::Now() + length;
  const size_t count = target.members.size() * shape.streams;
  absl::BlockingCounter running(static_cast<int>(count));
  std::vector<std::unique_ptr<Stream>> streams;
  for (Member& member : target.members) {
    for (uint32_t i = 0; i < shape.streams; ++i) {
      NextKey next = [&member, random = Random(seed * 1000 + streams.size())]() mutable {
        return &member.keys[random.Below(member.keys.size())];
      };
      streams.push_back(
          std::make_unique<Stream>(member, target, shape, end, std::move(next), running));
    }
  }
  running.Wait();
  Slice all;
  for (auto& stream : streams) all.Merge(stream->slice());
  all.elapsed = length;
  return all;
}

absl::Status WriteAllKeys(Target& target) {
  absl::BlockingCounter running(static_cast<int>(target.members.size()));
  std::vector<std::unique_ptr<Stream>> streams;
  for (Member& member : target.members) {
    NextKey next = [&member, at = size_t{0}]() mutable {
      return at < member.keys.size() ? &member.keys[at++] : nullptr;
    };
    streams.push_back(std::make_unique<Stream>(member, target, StreamShape{},
                                               absl::Now() + kFillMax, std::move(next), running));
  }
  running.Wait();
  Slice all;
  for (auto& stream : streams) all.Merge(stream->slice());
  if (all.failed == 0) return absl::OkStatus();
  return absl::UnavailableError("filling the keyspace: " + all.first_error);
}

}  // namespace quorate::bench
