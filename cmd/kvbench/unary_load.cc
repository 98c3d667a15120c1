#include "unary_load.h"

#include <memory>
#include <optional>
#include <vector>

#include "absl/synchronization/blocking_counter.h"
#include "absl/time/clock.h"
#include "base/random.h"

namespace quorate::bench {
namespace {

constexpr absl::Duration kCallDeadline = absl::Seconds(5);

constexpr uint64_t kBoundUs = 1'000'000;

v1::Level LevelOf(UnaryOp op) {
  switch (op) {
    case UnaryOp::kGetBounded:
      return v1::LEVEL_BOUNDED;
    case UnaryOp::kGetOne:
      return v1::LEVEL_ONE;
    default:
      return v1::LEVEL_LINEARIZABLE;
  }
}

// One call at a time, for ever anew until the end. Its members are touched by
// one thread at a time: whoever completes the call starts the next.
class Slot {
 public:
  Slot(Target& target, UnaryOp op, absl::Time end, uint64_t seed, absl::BlockingCounter& running)
      : target_(target), op_(op), end_(end), random_(seed), running_(running) {
    get_.set_keyspace(target.keyspace);
    get_.set_level(LevelOf(op));
    if (op == UnaryOp::kGetBounded) get_.mutable_read()->set_bound_us(kBoundUs);
    put_.set_keyspace(target.keyspace);
    put_.set_level(v1::LEVEL_QUORUM);
    put_.set_value(target.value);
  }

  void Start() {
    auto [member, key] = target_.Pick(random_.Next());
    context_.emplace();
    started_ = absl::Now();
    context_->set_deadline(absl::ToChronoTime(started_ + kCallDeadline));
    auto done = [this](grpc::Status status) { Done(status); };
    if (op_ == UnaryOp::kGetBounded || op_ == UnaryOp::kGetOne) {
      member = &target_.members[random_.Below(target_.members.size())];
    }
    if (op_ != UnaryOp::kPut && op_ != UnaryOp::kPutOnce) {
      get_.set_key(*key);
      member->stub->async()->Get(&*context_, &get_, &got_, done);
    } else {
      put_.set_key(*key);
      if (op_ == UnaryOp::kPutOnce) {
        writer_ = &target_.WriterOf(*key);
        *put_.mutable_identity() = writer_->Next();
      }
      member->stub->async()->Put(&*context_, &put_, &written_, done);
    }
  }

  const Slice& slice() const { return slice_; }

 private:
  void Done(const grpc::Status& status) {
    if (writer_ != nullptr) writer_->Settle(put_.identity().sequence());
    const absl::Time now = absl::Now();
    if (now <= end_) Record(status, now - started_);
    if (now < end_) {
      Start();
    } else {
      running_.DecrementCount();
    }
  }

  void Record(const grpc::Status& status, absl::Duration took) {
    if (status.ok()) {
      ++slice_.done;
      slice_.latency.Record(took);
    } else {
      ++slice_.failed;
      if (slice_.first_error.empty()) slice_.first_error = status.error_message();
    }
  }

  Target& target_;
  const UnaryOp op_;
  const absl::Time end_;
  Random random_;
  absl::BlockingCounter& running_;
  v1::GetRequest get_;
  v1::GetResponse got_;
  v1::PutRequest put_;
  v1::WriteResponse written_;
  std::optional<grpc::ClientContext> context_;
  client::Writer* writer_ = nullptr;
  absl::Time started_;
  Slice slice_;
};

}  // namespace

Slice RunUnary(Target& target, UnaryOp op, uint32_t in_flight, absl::Duration length,
               uint64_t seed) {
  const absl::Time begin = absl::Now();
  absl::BlockingCounter running(static_cast<int>(in_flight));
  std::vector<std::unique_ptr<Slot>> slots;
  for (uint32_t i = 0; i < in_flight; ++i) {
    slots.push_back(std::make_unique<Slot>(target, op, begin + length, seed * 1000 + i, running));
  }
  for (auto& slot : slots) slot->Start();
  running.Wait();
  Slice all;
  for (auto& slot : slots) all.Merge(slot->slice());
  all.elapsed = length;
  return all;
}

}  // namespace quorate::bench
