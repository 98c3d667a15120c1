#include "counter_workload.h"

#include <utility>

#include "keys.h"

namespace quorate::load {
namespace {

class CounterWorkload final : public Workload {
 public:
  CounterWorkload(const Job& job, const std::string& run)
      : keys_(job.name, job.keys, job.rotate_after, run) {}

  Request Next(Actor& actor) override {
    std::string key = keys_.Take(actor.random);
    if (actor.random.Chance(0.4)) return Request::Get(std::move(key));
    const int64_t delta = static_cast<int64_t>(actor.random.Between(1, 9));
    return Request::Write(Mutation::Add(std::move(key), delta));
  }

 private:
  Keys keys_;
};

}  // namespace

std::unique_ptr<Workload> MakeCounter(const Job& job, const Place& /*place*/,
                                      const std::string& run) {
  return std::make_unique<CounterWorkload>(job, run);
}

}  // namespace quorate::load
