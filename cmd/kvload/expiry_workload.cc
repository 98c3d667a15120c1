#include "expiry_workload.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "clock.h"
#include "keys.h"

namespace quorate::load {
namespace {

// Each key is put, read while it lives, around its end and for a while after; then put
// again, or another takes its place. Now and then a put comes before the end.
class ExpiryWorkload final : public Workload {
 public:
  ExpiryWorkload(const Job& job, const std::string& run)
      : keys_(job.name, job.keys, /*rotate_after=*/0, run),
        rotate_after_(job.rotate_after),
        ttl_us_(absl::ToInt64Microseconds(job.ttl)),
        due_us_(job.keys) {}

  Request Next(Actor& actor) override {
    const size_t slot = keys_.TakeSlot(actor.random);
    const int64_t now = NowUs();
    const bool due = now >= due_us_[slot];
    if (!due && !actor.random.Chance(kEarlyPut)) return Request::Get(keys_.NameOf(slot));
    if (due && rotate_after_ != 0 && keys_.used(slot) > rotate_after_) keys_.Rotate(slot);
    // From half to the whole of what the plan says, in milliseconds.
    const auto random = [&] {
      return static_cast<int64_t>(actor.random.Below(static_cast<uint64_t>(ttl_us_ / 2)));
    };
    const int64_t ttl_us = std::max<int64_t>(1, (ttl_us_ - random()) / 1000) * 1000;
    due_us_[slot] = now + ttl_us + ttl_us_ / 4 + random();
    return Request::Write(
        Mutation::Put(keys_.NameOf(slot), actor.UniqueValue(), {}, absl::Microseconds(ttl_us)));
  }

  // A put that was refused is tried again.
  void OnReply(Actor& /*actor*/, const Request& request, const Reply& reply) override {
    if (request.is_read() || reply.done()) return;
    for (size_t slot = 0; slot < due_us_.size(); ++slot) {
      if (keys_.NameOf(slot) == request.writes.front().key()) due_us_[slot] = 0;
    }
  }

 private:
  static constexpr double kEarlyPut = 0.002;

  Keys keys_;
  const uint64_t rotate_after_;
  const int64_t ttl_us_;
  std::vector<int64_t> due_us_;  // by slot: when its next put is due
};

}  // namespace

std::unique_ptr<Workload> MakeExpiry(const Job& job, const Place& /*place*/,
                                     const std::string& run) {
  return std::make_unique<ExpiryWorkload>(job, run);
}

}  // namespace quorate::load
