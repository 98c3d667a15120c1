#include "expiry_workload.h"

#include <utility>
#include <vector>

#include "absl/time/time.h"
#include "keys.h"

namespace quorate::load {
namespace {

// Most time goes by between the puts of a key, or no value would come to its end.
class ExpiryWorkload final : public Workload {
 public:
  ExpiryWorkload(const Job& job, const std::string& run)
      : keys_(job.name, job.keys, job.rotate_after, run), ttl_(job.ttl) {}

  Request Next(Actor& actor) override {
    std::string key = keys_.Take(actor.random);
    if (!actor.random.Chance(kPut)) return Request::Get(std::move(key));
    // From half to the whole of what the plan says.
    const absl::Duration ttl = ttl_ * (0.5 + 0.05 * static_cast<double>(actor.random.Below(11)));
    return Request::Write(
        Mutation::Put(std::move(key), actor.UniqueValue(), {}, absl::Trunc(ttl, kMs)));
  }

 private:
  static constexpr double kPut = 0.05;
  const absl::Duration kMs = absl::Milliseconds(1);

  Keys keys_;
  const absl::Duration ttl_;
};

}  // namespace

std::unique_ptr<Workload> MakeExpiry(const Job& job, const Place& /*place*/,
                                     const std::string& run) {
  return std::make_unique<ExpiryWorkload>(job, run);
}

}  // namespace quorate::load
